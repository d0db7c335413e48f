//! The feed: everything once, in order, from any place, and nobody else's.

use std::{process::Command, thread};

use serde_json::{Value, json};

use crate::{
    openssl::new_key,
    world::{Client, World, refused, shared, submission},
};

fn feed(client: &Client, query: &str) -> Value {
    client.get(&format!("/events{query}")).ok()
}

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().unwrap().clone()
}

fn text(event: &Value, name: &str) -> String {
    event[name].as_str().unwrap().to_owned()
}

/// Every event of a client, two a page.
fn all(client: &Client) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = feed(client, &format!("?limit=2{after}"));
        let new = items(&page);
        if new.is_empty() {
            return found;
        }
        found.extend(new);
        after = format!("&after={}", text(&page, "next"));
    }
}

fn kinds(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| text(event, "type")).collect()
}

#[test]
fn the_life_of_an_order_is_told_once_in_order_and_to_its_owner_alone() {
    let world = shared();
    let client = world.client("partner", "p-feed");
    let data = client.verified_data();
    let (order, _) = client.ready(&data);
    let made = client.activate(&order, &submission(&new_key().1)).ok();
    let events = all(&client);
    let order_events: Vec<Value> = events
        .iter()
        .filter(|event| event["order_id"] == json!(order))
        .cloned()
        .collect();
    let mut told = kinds(&order_events);
    // The mail's booking may come after the code was typed.
    told.retain(|kind| kind != "email.sent");
    assert_eq!(
        told,
        [
            "order.created",
            "order.updated",
            "order.updated",
            "email.verified",
            "activation.submitted",
            "certificate.issued",
        ]
    );
    let about_data: Vec<Value> = events
        .iter()
        .filter(|event| event["object"] == json!({"type": "subject_data", "id": data}))
        .cloned()
        .collect();
    assert_eq!(kinds(&about_data), ["data.submitted", "data.verified"]);
    let issued = order_events
        .iter()
        .find(|event| event["type"] == "certificate.issued");
    assert_eq!(
        issued.unwrap()["object"],
        json!({"type": "certificate", "id": made["id"]})
    );
    let cursors: Vec<String> = events.iter().map(|event| text(event, "cursor")).collect();
    assert!(
        cursors.windows(2).all(|pair| pair[0] < pair[1]),
        "{cursors:?}"
    );
    let ids: std::collections::BTreeSet<String> =
        events.iter().map(|event| text(event, "id")).collect();
    assert_eq!(ids.len(), events.len());
    for (at, cursor) in cursors.iter().enumerate() {
        let rest = feed(&client, &format!("?limit=200&after={cursor}"));
        assert_eq!(items(&rest), events[at + 1..], "after {cursor}");
    }
    for (ra, customer) in [("partner", "p-other"), ("customer", "p-feed")] {
        let other = all(&world.client(ra, customer));
        assert!(
            other.iter().all(|event| !events.contains(event)),
            "{ra}/{customer}"
        );
    }
    let seen = items(&world.instance.get("auditor", "/events?limit=200").ok());
    assert!(!seen.is_empty());
}

#[test]
fn who_waits_is_told_of_what_comes() {
    let world = shared();
    let client = world.client("customer", "c-waits");
    assert_eq!(feed(&client, ""), json!({"items": [], "next": null}));
    let none = feed(&client, "?wait=1&after=0000000000000000");
    assert_eq!(none, json!({"items": [], "next": "0000000000000000"}));
    let told = thread::scope(|scope| {
        let waiting = scope.spawn(|| items(&feed(&client, "?wait=60")));
        let order = client.order(crate::world::PRODUCT);
        (order, waiting.join().unwrap())
    });
    let (order, events) = told;
    assert_eq!(kinds(&events), ["order.created"]);
    assert_eq!(events[0]["order_id"], json!(order));
}

/// One owner's waits are not another's, not even of the same frontend.
#[test]
fn an_owner_has_so_many_waits_and_others_have_theirs() {
    let world = shared();
    let greedy = world.client("customer", "c-greedy");
    let other = world.client("customer", "c-modest");
    let waits = |client: &Client, query: &str| client.get(&format!("/events{query}"));
    thread::scope(|scope| {
        // Who comes while the look below has a place tries again.
        let until_told = || {
            let mut answers = (0..3_000).map(|_| waits(&greedy, "?wait=60"));
            answers.find(|answer| answer.status == 200).unwrap().ok()
        };
        let waiting: Vec<_> = (0..16).map(|_| scope.spawn(until_told)).collect();
        let mut looks = (0..3_000).map(|_| waits(&greedy, "?wait=1"));
        let full = looks.find(|answer| answer.status != 200).unwrap();
        assert_eq!(full.refusal(), refused(429, "rate-limited"));
        let stream = waits(&greedy, "/stream");
        assert_eq!(stream.refusal(), refused(429, "rate-limited"));
        assert_eq!(
            waits(&greedy, "").status,
            200,
            "who does not wait is served"
        );
        assert_eq!(waits(&other, "?wait=1").status, 200);
        greedy.order(crate::world::PRODUCT);
        for one in waiting {
            assert_eq!(kinds(&items(&one.join().unwrap())), ["order.created"]);
        }
    });
}

#[test]
fn a_cursor_that_is_none_is_refused() {
    let world = shared();
    let client = world.client("customer", "c-cursors");
    for query in [
        "?after=1",
        "?after=",
        "?after=x",
        "?limit=0",
        "?limit=201",
        "?wait=61",
        "?wait=-1",
    ] {
        let answer = client.get(&format!("/events{query}"));
        assert_eq!(
            answer.refusal(),
            refused(400, "parameter-invalid"),
            "{query}"
        );
    }
    let stream = client.get("/events/stream?after=1");
    assert_eq!(stream.refusal(), refused(400, "parameter-invalid"));
}

/// Reads a stream until curl has had enough of it.
fn stream(world: &World, customer: &str, arguments: &[&str], until: &str) -> String {
    let mut curl = Command::new("bash")
        .args([
            "-c",
            "curl -sSN --max-time 50 \"$@\" | sed \"/$UNTIL/q\"",
            "bash",
        ])
        .env("UNTIL", until)
        .args([
            "--cacert",
            "ca.pem",
            "--cert",
            "customer.pem",
            "--key",
            "customer.key",
        ])
        .args(["-H", &format!("Acting-For: {customer}")])
        .args(arguments)
        .arg(format!("{}/v1/events/stream", world.instance.url))
        .current_dir(world.instance.dir.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut said = String::new();
    std::io::Read::read_to_string(&mut curl.stdout.take().unwrap(), &mut said).unwrap();
    curl.wait().unwrap();
    said
}

#[test]
fn a_stream_says_the_same_and_goes_on_where_it_was_left() {
    let world = shared();
    let client = world.client("customer", "c-streams");
    let orders = [(); 2].map(|()| client.order(crate::world::PRODUCT));
    let events = all(&client);
    assert_eq!(events.len(), 2);
    let said = stream(&world, "c-streams", &[], &orders[1]);
    let data = said.lines().filter_map(|line| line.strip_prefix("data: "));
    let data: Vec<Value> = data
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(data, events);
    let ids = said.lines().filter_map(|line| line.strip_prefix("id: "));
    let ids: Vec<&str> = ids.collect();
    assert_eq!(
        ids,
        [text(&events[0], "cursor"), text(&events[1], "cursor")]
    );
    let last = format!("Last-Event-ID: {}", ids[0]);
    let rest = stream(&world, "c-streams", &["-H", &last], &orders[1]);
    assert!(
        !rest.contains(&orders[0]) && rest.contains(&orders[1]),
        "{rest}"
    );
    assert!(rest.contains("event: order.created"));
}
