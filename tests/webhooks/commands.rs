//! `chancery webhook`, typed as the frontend that has the endpoints.

use serde_json::{Value, json};

use crate::{receiver::Mode, world::World};

/// Exit status and what was said, as JSON.
fn typed(world: &World, who: &str, words: &[&str]) -> (i32, Value) {
    let words = [&["--json", "webhook"], words].concat();
    let (status, said, _) = world.instance.chancery(who, &words);
    (status, serde_json::from_str(&said).unwrap_or(Value::Null))
}

#[test]
fn an_endpoint_lives_by_the_command_line() {
    let world = World::start();
    let receiver = &world.receiver;
    let client = world.client("customer", "c-1");
    let panel = |words: &[&str]| {
        let words = [words, &["--acting-for", "c-1"]].concat();
        typed(&world, "customer", &words)
    };
    receiver.set("/a", Mode::Mute);
    let url = receiver.url("/a");
    let of_two = ["--type", "order.created", "--type", "order.cancelled"];
    let register = [
        &["register", &url],
        &of_two[..],
        &["--idempotency-key", "k"],
    ]
    .concat();
    let (status, made) = panel(&register);
    assert_eq!((status, &made["state"]), (0, &json!("pending")));
    assert_eq!(made["types"], json!(["order.created", "order.cancelled"]));
    assert_eq!(panel(&register), (0, made.clone()), "done once");
    let id = made["id"].as_str().unwrap();

    let (status, tried) = panel(&["challenge", id]);
    assert_eq!(status, 1, "it was not answered");
    assert_eq!(tried["last_attempt"]["outcome"], "not_echoed");
    receiver.set("/a", Mode::Good);
    let (status, active) = panel(&["challenge", id]);
    assert_eq!((status, &active["state"]), (0, &json!("active")));

    client.order();
    client.delivered("/a");
    let (status, tested) = panel(&["test", id]);
    assert_eq!((status, &tested["outcome"]), (0, &json!("delivered")));
    receiver.set("/a", Mode::Refuse);
    let (status, tested) = panel(&["test", id]);
    assert_eq!((status, &tested["status"]), (1, &json!(503)));
    receiver.set("/a", Mode::Good);

    let before = receiver.taken("/a").len();
    let (status, again) = panel(&["redeliver", id, "--after", "0000000000000000"]);
    assert_eq!((status, &again["id"]), (0, &json!(id)));
    client.until("it comes again", || receiver.taken("/a").len() > before);

    let (status, shown) = panel(&["show", id]);
    assert_eq!((status, &shown["url"]), (0, &json!(url)));
    let (status, listed) = panel(&["list"]);
    assert_eq!((status, &listed["items"][0]["id"]), (0, &json!(id)));
    let (status, gone) = panel(&["delete", id]);
    assert_eq!((status, gone), (0, json!({"id": id, "deleted": true})));
    let (status, refused) = panel(&["show", id]);
    assert_eq!((status, &refused["code"]), (1, &json!("not-found")));
    assert_eq!(panel(&["list"]).1["items"], json!([]));
}

#[test]
fn people_read_what_it_says_and_a_refusal_is_no_crash() {
    let world = World::start();
    let client = world.client("partner", "p-1");
    let id = client.active("/a");
    let said = |who: &str, words: &[&str]| {
        let words = [&["webhook"], words].concat();
        world.instance.chancery(who, &words)
    };
    let (status, shown, _) = said("partner", &["--acting-for", "p-1", "show", &id]);
    assert_eq!(status, 0);
    for words in [&id, "active", "types", "all", "delivered (200)"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let (status, listed, _) = said("partner", &["list", "--acting-for", "p-1"]);
    assert!(
        status == 0 && listed.contains(&id) && listed.contains("/a"),
        "{listed}"
    );
    // Another customer's, nobody's customer, a person's card, an address that is none.
    for (who, words, code) in [
        (
            "partner",
            &["show", &id, "--acting-for", "p-2"][..],
            "not-found",
        ),
        ("partner", &["list"], "acting-for-missing"),
        ("specialist", &["list"], "role-forbidden"),
        (
            "customer",
            &["register", "http://a.example/"],
            "webhook-url-invalid",
        ),
        ("customer", &["delete", &id], "not-found"),
    ] {
        let (status, _, error) = said(who, words);
        assert_eq!(status, 1, "{words:?}: {error}");
        assert!(error.contains(code), "{words:?}: {error}");
    }
    assert_eq!(said("customer", &["redeliver", &id]).0, 2, "wrong usage");
    let (status, help, _) = said("customer", &["register", "--help"]);
    assert!(status == 0 && help.contains("Example"), "{help}");
}
