//! Every call that takes an Idempotency-Key, from the table: the same request again is answered
//! the same and does nothing, another one under the key is refused, and a key is its identity's
//! and its owner's own.

use serde_json::{Value, json};

use crate::{
    desk::Desk,
    instance::{Answer, Call},
    mailbox_doubts,
    openssl::new_key,
    reissue::successor,
    renewal::RENEWAL,
    rows::{Row, absent, rows},
    traces::traces,
    world::{Client, PRODUCT, World, accepted, refused, submission},
};

/// A keyed call that works, another body for it, and who else may call it.
struct Scene {
    who: &'static str,
    others: &'static [(&'static str, &'static str)],
    path: String,
    call: Call,
    another: Call,
}

impl Scene {
    fn act(&self, world: &World, who: &str, customer: &str, call: &Call) -> Answer {
        let call = call.clone().key(&self.path);
        let call = call.header(&format!("Acting-For: {customer}"));
        world.instance.post(who, &self.path, &call)
    }
}

fn scene(world: &World, row: &Row) -> Scene {
    let client = world.first();
    let frontend = |path: String, call: Call, another: Call| Scene {
        who: "customer",
        others: &[("customer", "c-2"), ("partner", "c-1")],
        path,
        call,
        another,
    };
    let at = |id: &str| row.path.replace("{id}", id);
    match row.path {
        "/orders" => {
            let body = |alias: &str| json!({"product_code": PRODUCT, "alias": alias});
            frontend(at(""), Call::json(&body("a")), Call::json(&body("b")))
        }
        "/subject-data" => {
            let body = |number: &str| Call::json(&set(number));
            frontend(at(""), body("12345678"), body("12345679"))
        }
        "/subject-data/{id}/submit" => {
            let accepted = ["data-correct", "data-verification"].map(accepted);
            let body = |statements: &[Value]| Call::json(&json!({"statements": statements}));
            frontend(
                at(&draft(&client)),
                body(&accepted),
                body(&[&accepted[..], &accepted[..1]].concat()),
            )
        }
        "/subject-data/{id}/documents" => frontend(at(&draft(&client)), form("x"), form("y")),
        "/webhooks" => {
            let body = |at: &str| json!({"url": format!("https://hooks.example.com/{at}")});
            frontend(at(""), Call::json(&body("a")), Call::json(&body("b")))
        }
        "/domains" => {
            let body = |name: &str| Call::json(&json!({"domain": name}));
            frontend(at(""), body("example.com"), body("example.org"))
        }
        "/orders/{id}/activation" => {
            let (order, _) = client.ready(&world.data);
            let body = submission(&new_key().1);
            let mut another = body.clone();
            another["common_name"] = json!("email");
            frontend(at(&order), Call::json(&body), Call::json(&another))
        }
        "/certificates/{id}/revocations" => {
            let made = client.issued(&new_key().1);
            let body = |reason: &str| Call::json(&json!({"reason": reason}));
            let path = at(made["id"].as_str().unwrap());
            frontend(path, body("superseded"), body("cessationOfOperation"))
        }
        "/certificates/{id}/renewal-orders" => {
            let made = client.issued(&new_key().1);
            let path = at(made["id"].as_str().unwrap());
            let body = |alias: &str| Call::json(&json!({"product_code": RENEWAL, "alias": alias}));
            frontend(path, body("a"), body("b"))
        }
        "/certificates/{id}/reissue" => {
            let made = client.issued(&new_key().1);
            let path = at(made["id"].as_str().unwrap());
            let body = || Call::json(&successor(&new_key().1));
            frontend(path, body(), body())
        }
        "/cases/{id}/documents" => print_out(world),
        "/cases/{id}/proposal" => word(world, "specialist", "propose"),
        "/cases/{id}/decision" => word(world, "officer", "decide"),
        "/mailboxes/{id}/proposal" => doubt(world, "specialist"),
        "/mailboxes/{id}/decision" => doubt(world, "officer"),
        other => panic!("{other} takes a key: it needs a scene"),
    }
}

fn word(world: &World, who: &'static str, step: &str) -> Scene {
    let desk = Desk::open(&world.instance, "customer", "c-1");
    desk.complete();
    let rest = if step == "decide" {
        desk.propose("specialist", "approve").ok();
        "/decision"
    } else {
        "/proposal"
    };
    let body = |outcome: &str| Call::json(&desk.word(who, step, outcome));
    Scene {
        who,
        others: &[("second", "")],
        path: desk.at(rest),
        call: body("approve"),
        another: body("reject"),
    }
}

/// The specialist's proposal about a validation, or the officer's decision.
fn doubt(world: &World, who: &'static str) -> Scene {
    let (_, _, id) = mailbox_doubts::confirmed(&world.first());
    let proposal = |reason: &str| mailbox_doubts::proposal(world, "specialist", &id, reason);
    let (rest, call, another) = if who == "officer" {
        mailbox_doubts::post(world, "specialist", &id, "proposal", &proposal("a")).ok();
        let body = |outcome: &str| mailbox_doubts::decision(world, who, &id, outcome);
        ("decision", body("approve"), body("reject"))
    } else {
        ("proposal", proposal("a"), proposal("b"))
    };
    Scene {
        who,
        others: &[("second", "")],
        path: format!("/mailboxes/{id}/{rest}"),
        call: Call::json(&call),
        another: Call::json(&another),
    }
}

fn print_out(world: &World) -> Scene {
    let desk = Desk::open(&world.instance, "customer", "c-1");
    desk.act("specialist", "/claim").ok();
    Scene {
        who: "specialist",
        others: &[("second", "")],
        path: desk.at("/documents"),
        call: form("x"),
        another: form("y"),
    }
}

fn set(number: &str) -> Value {
    json!({
        "organization": "Example sp. z o.o.",
        "country": "PL",
        "state_or_province": "mazowieckie",
        "locality": "Warszawa",
        "verification": {
            "method": "registration_number",
            "registration_type": "KRS",
            "registration_number": number,
        },
    })
}

fn draft(client: &Client) -> String {
    let made = client.post("/subject-data", &set("12345678")).ok();
    made["id"].as_str().unwrap().to_owned()
}

fn form(content: &str) -> Call {
    let part = |head: &str, body: &str| {
        format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
    };
    let kind = part("name=\"kind\"", "organization");
    let head = "name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf";
    let file = part(head, &format!("%PDF-1.7\n{content}"));
    Call::default()
        .header("Content-Type: multipart/form-data; boundary=edge")
        .bytes(format!("{kind}{file}--edge--\r\n").into_bytes())
}

fn assert_same(again: &Answer, first: &Answer, at: &str) {
    assert_eq!(again.status, first.status, "{at}");
    assert_eq!(again.bytes, first.bytes, "{at}");
    assert_eq!(
        (&again.etag, &again.location, &again.media_type),
        (&first.etag, &first.location, &first.media_type),
        "{at}"
    );
}

fn keyed() -> Vec<Row> {
    let rows: Vec<Row> = rows().into_iter().filter(|row| row.is_keyed).collect();
    assert!(rows.len() > 5);
    rows
}

#[test]
fn a_keyed_call_is_done_once() {
    let world = World::start(Vec::new());
    for row in keyed() {
        let at = format!("{} {}", row.method, row.path);
        let scene = scene(&world, &row);
        let mine = |call: &Call| scene.act(&world, scene.who, "c-1", call);
        let first = mine(&scene.call);
        assert!(matches!(first.status, 200..=202), "{at}: {}", first.json());
        let before = traces(&world);
        // A 202 is not final: once all is done its replay says so, and stays.
        let first = if first.status == 202 {
            mine(&scene.call)
        } else {
            first
        };
        assert_same(&mine(&scene.call), &first, &at);
        let reused = refused(422, "idempotency-key-reused");
        assert_eq!(mine(&scene.another).refusal(), reused, "{at}");
        assert_eq!(traces(&world), before, "{at}");
        for (who, customer) in scene.others {
            let other = scene.act(&world, who, customer, &scene.call);
            assert_ne!(other.refusal(), reused, "{at} by {who}");
            assert_ne!(other.bytes, first.bytes, "{at} by {who}");
        }
        assert_same(&mine(&scene.call), &first, &at);
    }
}

/// What is not there is refused, and that too is the answer of its key. Not of an upload's: it is
/// refused before the body is read, and the key stands for the body too.
#[test]
fn a_keyed_call_is_refused_once() {
    let world = World::start(Vec::new());
    for row in keyed() {
        let at = format!("{} {}", row.method, row.path);
        if !row.path.contains('{') || row.is_upload() {
            continue;
        }
        let body = row.body.as_ref().unwrap();
        let post = |space: &str| {
            let call = Call::default()
                .header("Content-Type: application/json")
                .bytes(format!("{body}{space}").into_bytes())
                .key(row.path);
            let who = row.who.somebody();
            world.instance.post(who, &absent(row.path), &call)
        };
        let first = post("");
        assert_eq!(first.refusal(), refused(404, "not-found"), "{at}");
        let before = traces(&world);
        assert_same(&post(""), &first, &at);
        let reused = post(" ").refusal();
        assert_eq!(reused, refused(422, "idempotency-key-reused"), "{at}");
        assert_eq!(traces(&world), before, "{at}");
    }
}
