//! Who is told what, in which order, and what a receiver's absence does.

use serde_json::{Value, json};

use crate::{
    instance::Call,
    receiver::Mode,
    world::{Client, HOUR, World},
};

fn last(client: &Client, hook: &str) -> Value {
    client.hook(hook)["last_attempt"]["outcome"].clone()
}

/// The ids without repetitions that follow their first.
fn once(ids: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for id in ids {
        if !found.contains(id) {
            found.push(id.clone());
        }
    }
    found
}

#[test]
fn an_endpoint_is_told_nothing_before_it_has_sent_the_word_back() {
    let world = World::start();
    let client = world.client("customer", "c-1");
    let receiver = &world.receiver;
    receiver.set("/shy", Mode::Mute);
    let hook = client.register(&receiver.url("/shy"));
    let tried = client.act(&hook, "challenge").ok();
    assert_eq!(tried["state"], "pending");
    assert_eq!(tried["last_attempt"]["outcome"], "not_echoed");
    client.order();
    let kinds = |path: &str| -> Vec<String> {
        let messages = receiver.messages(path);
        messages.iter().map(|one| one.kind()).collect()
    };
    assert!(kinds("/shy").iter().all(|kind| kind == "webhook.challenge"));
    let test = client.act(&hook, "test").refusal();
    assert_eq!(test, (409, "webhook-state-conflict".to_owned()));
    receiver.set("/shy", Mode::Good);
    assert_eq!(client.act(&hook, "challenge").ok()["state"], "active");
    // What happened since it was registered is not lost.
    client.delivered("/shy");
    assert_eq!(receiver.taken("/shy"), client.ids());
    let again = client.act(&hook, "challenge").refusal();
    assert_eq!(again, (409, "webhook-state-conflict".to_owned()));
    let tested = client.act(&hook, "test").ok();
    assert_eq!(
        (&tested["outcome"], &tested["status"]),
        (&json!("delivered"), &json!(200))
    );
    assert!(kinds("/shy").contains(&"webhook.test".to_owned()));
}

#[test]
fn what_comes_is_the_feed_in_order_without_loss_through_absence_and_after() {
    let world = World::start();
    let client = world.client("customer", "c-1");
    let receiver = &world.receiver;
    client.order();
    let hook = client.active("/a");
    for _ in 0..3 {
        client.order();
    }
    client.delivered("/a");
    // The first order was before its time; the rest is the feed to the letter.
    let told: Vec<Value> = client.feed().split_off(1);
    let messages = receiver.messages("/a").into_iter().filter(|one| one.taken);
    let bodies: Vec<Value> = messages.map(|one| one.json()).collect();
    assert_eq!(bodies[1..], told);
    // Away: tries grow rarer, nothing is passed over.
    receiver.set("/a", Mode::Refuse);
    for _ in 0..3 {
        client.order();
    }
    client.until("it fails", || {
        !client.hook(&hook)["failing_since"].is_null()
    });
    assert_eq!(last(&client, &hook), "refused");
    let failing = client.hook(&hook)["failing_since"].clone();
    assert!(failing.is_string());
    let tries = receiver.messages("/a").len();
    let hour = client.until_in_hours(0, "another try", || receiver.messages("/a").len() > tries);
    receiver.set("/a", Mode::Good);
    let hour = client.until_in_hours(hour, "it is well", || {
        client.hook(&hook)["failing_since"].is_null()
    });
    client.delivered("/a");
    assert_eq!(once(&receiver.taken("/a")), client.ids()[1..]);
    again_from_the_start(&client, &hook);
    silence(&client, &hook, hour);
}

/// Redelivery gives all of it once more, in order, and goes no way ahead.
fn again_from_the_start(client: &Client, hook: &str) {
    let receiver = &client.world.receiver;
    let redeliver = |after: &str| {
        let path = format!("/webhooks/{hook}/redeliver");
        client.call("POST", &path, &Call::json(&json!({"after": after})))
    };
    let ahead = redeliver("9999999999999999").refusal();
    assert_eq!(ahead, (422, "cursor-ahead".to_owned()));
    let before = receiver.taken("/a").len();
    redeliver("0000000000000000").ok();
    let all = client.ids();
    client.until("all of it comes again", || {
        receiver.taken("/a").len() >= before + all.len()
    });
    assert_eq!(receiver.taken("/a")[before..], all);
    let feed = client.feed();
    // What was taken is behind the cursor once its turn has been booked.
    client.until("all of it is booked", || {
        client.hook(hook)["cursor"] == feed[all.len() - 1]["cursor"]
    });
    let cursor = feed[all.len() - 2]["cursor"].as_str().unwrap();
    redeliver(cursor).ok();
    client.until("the last of it comes again", || {
        receiver.taken("/a").len() > before + all.len()
    });
    let came = receiver.taken("/a");
    assert_eq!(came[before + all.len()..], all[all.len() - 1..]);
}

/// Three days without an answer: disabled, told of, and nothing lost when it is back.
fn silence(client: &Client, hook: &str, hour: u64) {
    let (receiver, wall) = (&client.world.receiver, &client.world.wall);
    receiver.set("/a", Mode::Refuse);
    client.order();
    client.until("it fails", || !client.hook(hook)["failing_since"].is_null());
    // A pause of ours is not its fault; only time in which it was tried is.
    let hour = hour + 100;
    let try_at = |hour: u64| {
        let before = receiver.messages("/a").len();
        wall.set(hour * HOUR);
        client.until("another try", || receiver.messages("/a").len() > before);
    };
    try_at(hour);
    client.order();
    for hours in 1..=72 {
        assert_eq!(client.hook(hook)["state"], "active");
        try_at(hour + hours);
    }
    client.until("it is disabled", || {
        client.hook(hook)["state"] == "disabled"
    });
    let told = client.get("/notifications?tab=problems");
    assert_eq!(told["items"][0]["code"], "webhook-disabled");
    assert_eq!(told["items"][0]["object_id"], json!(hook));
    let event = client.feed().pop().unwrap();
    assert_eq!(event["type"], "webhook.disabled");
    assert_eq!(event["object"], json!({"type": "webhook", "id": hook}));
    client.order();
    let before = receiver.taken("/a");
    let missed: Vec<String> = client.ids();
    let missed: Vec<String> = missed
        .into_iter()
        .filter(|id| !before.contains(id))
        .collect();
    assert_eq!(missed.len(), 4);
    receiver.set("/a", Mode::Good);
    assert_eq!(client.act(hook, "challenge").ok()["state"], "active");
    client.delivered("/a");
    assert_eq!(receiver.taken("/a")[before.len()..], missed);
}

#[test]
fn nobody_hears_of_anothers_customers() {
    let world = World::start();
    let (one, two) = (
        world.client("partner", "p-1"),
        world.client("partner", "p-2"),
    );
    let namesake = world.client("customer", "p-1");
    let hook = one.active("/one");
    two.active("/two");
    namesake.active("/namesake");
    for client in [&two, &namesake, &one, &two, &one] {
        client.order();
    }
    for (client, path) in [(one, "/one"), (two, "/two"), (namesake, "/namesake")] {
        client.delivered(path);
        assert_eq!(world.receiver.taken(path), client.ids(), "{path}");
    }
    for other in [two, namesake] {
        let listed = other.get("/webhooks");
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        let path = format!("/webhooks/{hook}");
        for (method, rest) in [("GET", ""), ("DELETE", ""), ("POST", "/test")] {
            let answer = other.call(method, &format!("{path}{rest}"), &Call::default());
            assert_eq!(answer.refusal(), (404, "not-found".to_owned()));
        }
    }
    // A frontend that names no customer hears of all of its own, and of nobody else's.
    let url = world.receiver.url("/all");
    let call = Call::json(&json!({"url": url})).fresh_key();
    world.instance.post("customer", "/webhooks", &call).ok();
    let list = || world.instance.get("customer", "/webhooks").ok()["items"].clone();
    assert_eq!(list().as_array().unwrap().len(), 2);
    namesake.until("it is active", || list()[0]["state"] == "active");
    one.order();
    namesake.order();
    namesake.delivered("/all");
    assert_eq!(world.receiver.taken("/all"), namesake.ids()[1..]);
}

#[test]
fn one_that_was_deleted_or_wants_other_types_is_not_told() {
    let world = World::start();
    let client = world.client("customer", "c-1");
    let receiver = &world.receiver;
    let gone = client.active("/gone");
    client.active("/there");
    let picky = json!({"url": receiver.url("/picky"), "types": ["order.cancelled"]});
    let picky = client.post("/webhooks", &picky).ok();
    assert_eq!(picky["types"], json!(["order.cancelled"]));
    let picky = picky["id"].as_str().unwrap();
    client.until("it is active", || client.hook(picky)["state"] == "active");
    let path = format!("/webhooks/{gone}");
    let deleted = client.call("DELETE", &path, &Call::default());
    assert_eq!((deleted.status, deleted.bytes.len()), (204, 0));
    let absent = client.call("GET", &path, &Call::default()).refusal();
    assert_eq!(absent, (404, "not-found".to_owned()));
    let order = client.order();
    let cancelled = Call::json(&json!({}));
    let path = format!("/orders/{order}/cancel");
    client.call("POST", &path, &cancelled).ok();
    client.delivered("/there");
    client.delivered("/picky");
    assert_eq!(receiver.taken("/there"), client.ids());
    assert_eq!(receiver.taken("/picky"), client.ids()[1..]);
    assert_eq!(receiver.taken("/gone"), Vec::<String>::new());
    let items = client.get("/webhooks")["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 2);
}
