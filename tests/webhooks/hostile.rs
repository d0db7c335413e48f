//! Endpoints that mean harm, or cannot help it: nobody else waits for them, and no message goes
//! where it must not.

use std::path::Path;

use serde_json::json;

use crate::{
    hooks,
    instance::{Call, Instance, Setup},
    receiver::{Mode, Receiver},
    world::World,
};

#[test]
fn a_challenge_says_what_is_wrong_with_each() {
    let world = World::patient(2);
    let client = world.client("customer", "c-1");
    let receiver = &world.receiver;
    for (path, mode, outcome, status) in [
        ("/mute", Mode::Mute, "not_echoed", json!(204)),
        ("/refuse", Mode::Refuse, "refused", json!(503)),
        ("/redirect", Mode::Redirect, "redirected", json!(307)),
        ("/silent", Mode::Silent, "timeout", json!(null)),
        ("/endless", Mode::Endless, "broken", json!(200)),
    ] {
        receiver.set(path, mode);
        let hook = client.register(&receiver.url(path));
        let tried = client.act(&hook, "challenge").ok();
        assert_eq!(tried["state"], "pending", "{path}");
        let last = &tried["last_attempt"];
        assert_eq!(
            (&last["outcome"], &last["status"]),
            (&json!(outcome), &status)
        );
    }
    let closed = format!("https://localhost:{}/", world.closed);
    let unknown = "https://no-such-host.example.com/".to_owned();
    for (url, outcome) in [
        (world.wrong.url("/"), "untrusted"),
        (closed, "unconnected"),
        (unknown, "unresolved"),
    ] {
        let hook = client.register(&url);
        let tried = client.act(&hook, "challenge").ok();
        assert_eq!(tried["last_attempt"]["outcome"], outcome, "{url}");
    }
    assert!(receiver.messages("/trap").is_empty());
    assert!(world.wrong.messages("/").is_empty());
}

/// Four of each owner's are waited for at a time, and nobody has answered yet.
#[test]
fn thirty_that_hang_hold_up_nobody() {
    let world = World::patient(30);
    let other = world.client("partner", "p-1");
    let receiver = &world.receiver;
    let clients = ["c-1", "c-2", "c-3"].map(|customer| world.client("customer", customer));
    let mut stuck = Vec::new();
    for (number, client) in clients.iter().enumerate() {
        for hook in 0..10 {
            let path = format!("/s-{number}-{hook}");
            client.active(&path);
            receiver.set(&path, Mode::Silent);
            stuck.push(path);
        }
    }
    other.active("/good");
    for client in &clients {
        client.order();
    }
    let hanging = || stuck.iter().filter(|path| receiver.hanging(path) > 0);
    other.until("each owner has its places", || hanging().count() == 12);
    other.order();
    other.delivered("/good");
    assert_eq!(receiver.taken("/good"), other.ids());
    assert!(hanging().count() > 0, "nobody waited for their end");
}

#[test]
fn one_that_hangs_holds_up_nobody() {
    let world = World::patient(2);
    let client = world.client("customer", "c-1");
    let other = world.client("partner", "p-1");
    let receiver = &world.receiver;
    let stuck = ["/s1", "/s2", "/s3", "/s4"].map(|path| (path, client.active(path)));
    client.active("/endless");
    client.active("/redirect");
    other.active("/good");
    for (path, _) in &stuck {
        receiver.set(path, Mode::Silent);
    }
    receiver.set("/endless", Mode::Endless);
    receiver.set("/redirect", Mode::Redirect);
    for _ in 0..3 {
        client.order();
        other.order();
    }
    other.delivered("/good");
    assert_eq!(receiver.taken("/good"), other.ids());
    // The answer's body is nobody's business: a status of 2xx is a delivery.
    client.delivered("/endless");
    assert_eq!(receiver.taken("/endless"), client.ids());
    for (path, hook) in &stuck {
        client.until("it is given up for now", || {
            client.hook(hook)["last_attempt"]["outcome"] == "timeout"
        });
        assert_eq!(receiver.taken(path), Vec::<String>::new());
    }
    assert!(receiver.messages("/trap").is_empty());
}

/// The host is allowed, and its name leads into our own network: nobody there is asked.
#[test]
fn a_name_that_leads_home_is_not_followed() {
    let made = std::cell::OnceCell::new();
    let prepare = |dir: &Path, config: &mut String| {
        let receiver = Receiver::start(dir, "hook", "localhost");
        let more = format!(
            "ca = \"{}/ca.pem\"\nhosts = [\"localhost\"]\nports = [{}]\n",
            dir.display(),
            receiver.port
        );
        hooks::configure(dir, config, &more);
        assert!(made.set(receiver).is_ok());
    };
    let instance = Instance::start_with(&Setup {
        prepare: Some(&prepare),
        ..Setup::default()
    });
    let receiver = made.into_inner().unwrap();
    let call = Call::json(&json!({"url": receiver.url("/home")})).fresh_key();
    let hook = instance.post("customer", "/webhooks", &call).ok();
    let path = format!("/webhooks/{}/challenge", hook["id"].as_str().unwrap());
    let tried = instance.post("customer", &path, &Call::default()).ok();
    assert_eq!(tried["last_attempt"]["outcome"], "forbidden");
    assert!(receiver.messages("/home").is_empty());
    let elsewhere = json!({"url": "https://hooks.example.com/"});
    let refused = instance.post("customer", "/webhooks", &Call::json(&elsewhere).fresh_key());
    let fault = refused.json()["errors"][0]["code"].clone();
    assert_eq!(
        (refused.status, fault),
        (422, json!("webhook-host-forbidden"))
    );
}
