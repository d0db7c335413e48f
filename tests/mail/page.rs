//! The confirm page as a scanner, a browser and a hostile client meet it.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Body,
    http::{Request, Response, header},
};
use chancery::{
    adapters::smtp::relay::Security,
    domain::mailbox::MailboxStatus,
    http::{
        confirm::{Desk, public_routes},
        frame::RequestId,
    },
};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::{code_in, sink::Sink, world::World};

struct Site {
    world: World,
    sink: Sink,
    router: Router,
    path: String,
}

async fn site() -> Site {
    let sink = Sink::start("starttls");
    let world = World::new(Arc::new(sink.relay(Security::StartTls, "postman"))).await;
    let set = world.set("anna.nowak@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    let desk = Desk {
        mailboxes: world.control.clone(),
        mails: world.ledger.clone(),
    };
    let router = public_routes::<Desk>()
        .with_state(desk)
        .layer(Extension(RequestId("r".into())));
    Site {
        path: format!("/v/{}", set.mailbox.id),
        world,
        sink,
        router,
    }
}

impl Site {
    async fn send(&self, request: Request<Body>) -> (u16, Response<()>, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let status = parts.status.as_u16();
        (status, Response::from_parts(parts, ()), text)
    }

    async fn ask(&self, method: &str, path: &str) -> (u16, String) {
        let request = Request::builder().method(method).uri(path);
        let (status, _, text) = self.send(request.body(Body::empty()).unwrap()).await;
        (status, text)
    }

    async fn post(&self, body: &str) -> (u16, String) {
        let request = form(&self.path).body(Body::from(body.to_owned())).unwrap();
        let (status, _, text) = self.send(request).await;
        (status, text)
    }

    async fn status(&self) -> MailboxStatus {
        self.world.view().await.status
    }

    fn code(&self) -> String {
        code_in(&self.sink.mails()[0])
    }
}

fn form(path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method("POST")
        .uri(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

#[tokio::test]
async fn a_scanner_that_follows_and_submits_the_link_confirms_nothing() {
    let site = site().await;
    let mail = &site.sink.mails()[0];
    let link = format!("http://pki.example.com{}", site.path);
    assert!(mail.contains(&link), "{link} in {mail}");
    let version = site.world.stored_order().await.version();
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"] {
        site.ask(method, &site.path).await;
    }
    // What a script on the page would submit: the form as it is, or with words of its own.
    for body in ["", "code=", "code=%20", "submit=Confirm", "code=&code="] {
        let (status, _) = site.post(body).await;
        assert_eq!(status, 422, "{body}");
    }
    // The link itself holds nothing that would do as a code.
    for word in site.path.split(['/', '_', '?', '=']) {
        site.post(&format!("code={word}")).await;
    }
    assert_eq!(site.status().await, MailboxStatus::Sent);
    assert_eq!(site.world.stored_order().await.version(), version);
    let (status, text) = site.post(&format!("code={}", site.code())).await;
    assert_eq!(status, 200, "{text}");
    assert_eq!(site.status().await, MailboxStatus::Verified);
}

#[tokio::test]
async fn looking_changes_nothing_and_shows_little() {
    let site = site().await;
    let before = site.world.written().await;
    let (status, text) = site.ask("GET", &site.path).await;
    assert_eq!(status, 200);
    for part in [
        "lang=\"pl\"",
        "a…@example.com",
        "Żółw sp. z o.o.",
        "ORDER/",
        "name=\"code\"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("anna.nowak"));
    let (status, head) = site.ask("HEAD", &site.path).await;
    assert_eq!((status, head.as_str()), (200, ""));
    let english = format!("{}?lang=en", site.path);
    assert!(site.ask("GET", &english).await.1.contains("lang=\"en\""));
    assert_eq!(site.world.written().await, before);
}

#[tokio::test]
async fn the_page_is_kept_nowhere_and_runs_nothing() {
    let site = site().await;
    let request = Request::builder().uri(&site.path);
    let (_, response, _) = site.send(request.body(Body::empty()).unwrap()).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert!(header("x-robots-tag").contains("noindex"));
    let policy = header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
    assert!(!response.headers().contains_key("set-cookie"));
}

#[tokio::test]
async fn unknown_links_all_look_alike() {
    let site = site().await;
    let unknown = "/v/eml_0199c95a-0000-7000-8000-000000000000";
    let (status, known_form) = site.ask("GET", unknown).await;
    let (other, nonsense) = site.ask("GET", "/v/nonsense").await;
    assert_eq!((status, other), (404, 404));
    assert_eq!(known_form, nonsense);
    let request = form(unknown).body(Body::from("code=x")).unwrap();
    let (status, _, posted) = site.send(request).await;
    assert_eq!((status, posted), (404, nonsense));
}

#[tokio::test]
async fn a_prefetching_program_cannot_confirm_even_with_the_code() {
    let site = site().await;
    let body = format!("code={}", site.code());
    let request = form(&site.path).header("Sec-Purpose", "prefetch;prerender");
    let (status, _, _) = site.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(status, 403);
    assert_eq!(site.status().await, MailboxStatus::Sent);
}

#[tokio::test]
async fn wrong_late_and_repeated_codes_get_honest_answers() {
    let site = site().await;
    let (status, text) = site.post("code=AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA").await;
    assert_eq!(status, 422);
    assert!(text.contains("To nie jest kod") && text.contains("<form"));
    let right = format!("code={}", site.code());
    for _ in 0..2 {
        let (status, text) = site.post(&right).await;
        assert_eq!(status, 200);
        assert!(text.contains("Adres został potwierdzony") && !text.contains("<form"));
    }
    let long = format!("code={}", "A".repeat(5000));
    assert_eq!(site.post(&long).await.0, 422);
    let (_, text) = site.ask("GET", &site.path).await;
    assert!(text.contains("Nie ma tu teraz nic"), "{text}");
}
