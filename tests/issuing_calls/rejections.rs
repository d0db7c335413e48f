//! An order that the CA refuses: by two people, for one reason, on what they have seen.

use std::fs;

use serde_json::{Value, json};

use crate::{
    instance::{Answer, Call},
    late::{await_crl, shimmed},
    openssl::new_key,
    world::{Client, PRODUCT, World, faults, fresh_address, refused, submission},
};

fn at(order: &str) -> String {
    format!("/orders/{order}/rejection")
}

fn look(world: &World, order: &str) -> (Value, String) {
    let seen = world.instance.get("specialist", &at(order));
    let tag = seen.etag.clone().unwrap();
    assert_eq!(format!("\"{}\"", seen.ok()["version"]), tag);
    (seen.json(), tag)
}

/// On the order as it stands.
fn reject(world: &World, who: &str, order: &str, reason: &str) -> Answer {
    let (_, tag) = look(world, order);
    reject_on(world, who, order, &tag, reason)
}

fn reject_on(world: &World, who: &str, order: &str, tag: &str, reason: &str) -> Answer {
    let body = json!({"reason": reason, "note": "ticket 7 of the fraud desk"});
    let call = Call::json(&body).matching(tag);
    world.instance.post(who, &at(order), &call)
}

#[test]
fn an_order_is_rejected_by_two_and_its_customer_reads_why() {
    let world = World::start(Vec::new());
    let client = world.first();
    let order = client.bound(&world.data);
    let address = fresh_address();
    client.set_address(&order, &address).ok();
    let code = world.code(&address, &[]);
    let proposed = reject(&world, "officer", &order, "high-risk");
    assert_eq!(proposed.status, 202, "{}", proposed.json());
    let stands = proposed.json();
    assert_eq!(
        (
            &stands["state"],
            &stands["proposed_by"],
            &stands["customer_ref"]
        ),
        (&json!("open"), &json!("officer"), &json!("c-1"))
    );
    assert_eq!(
        proposed.etag.as_deref(),
        Some(look(&world, &order).1.as_str())
    );
    // The customer learns of it once it is so.
    let open = client.get(&format!("/orders/{order}")).ok();
    assert_eq!(
        (&open["state"], &open["rejected_for"]),
        (&json!("open"), &Value::Null)
    );
    let same = reject(&world, "officer", &order, "high-risk");
    assert_eq!(same.refusal(), refused(403, "same-officer"));
    let junior = reject(&world, "specialist", &order, "high-risk");
    assert_eq!(junior.refusal(), refused(403, "second-officer-required"));
    let done = reject(&world, "second", &order, "high-risk");
    let done = done.ok();
    assert_eq!(
        (
            &done["state"],
            &done["reason"]["code"],
            &done["proposed_by"]
        ),
        (&json!("rejected"), &json!("high-risk"), &Value::Null)
    );
    let read = client.get(&format!("/orders/{order}")).ok();
    assert_eq!(
        (&read["state"], &read["status_code"]),
        (&json!("rejected"), &json!("rejected"))
    );
    assert_eq!(read["rejected_for"], done["reason"]);
    assert!(!read.to_string().contains("fraud desk"), "{read}");
    ended(&world, &client, &read, &code);
}

/// The code that is out proves nothing any more, nothing is done with the order, and its owner's
/// programs are told once.
fn ended(world: &World, client: &Client, read: &Value, code: &str) {
    let order = read["id"].as_str().unwrap();
    assert_eq!(read["email"]["state"], "superseded");
    assert_ne!(client.confirm(order, code).status, 200);
    let conflict = refused(409, "order-state-conflict");
    let activated = client.activate(order, &submission(&new_key().1));
    assert_eq!(activated.refusal(), conflict);
    let cancelled = client.post(&format!("/orders/{order}/cancel"), &json!({}));
    assert_eq!(cancelled.refusal(), conflict);
    assert_eq!(
        reject(world, "officer", order, "high-risk").refusal(),
        conflict
    );
    let told = client.get("/notifications?tab=problems").ok();
    assert_eq!(told["items"][0]["code"], "order-rejected");
    assert_eq!(told["items"][0]["order_id"], json!(order));
    let events = client.get("/events?limit=200").ok();
    let events = events["items"].as_array().unwrap();
    let of_order = events
        .iter()
        .filter(|event| event["object"]["id"] == json!(order));
    let kinds: Vec<&str> = of_order
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.last(), Some(&"order.rejected"));
    assert_eq!(
        kinds.iter().filter(|kind| kind.contains("reject")).count(),
        1
    );
}

/// Another order of the same customer rests on what the rejected one has shown.
#[test]
fn what_a_rejected_order_has_proven_goes_on_serving_others() {
    let world = World::start(Vec::new());
    let client = world.first();
    let (order, address) = client.ready(&world.data);
    let other = client.bound(&world.data);
    client.set_address(&other, &address).ok();
    assert_eq!(
        reject(&world, "specialist", &order, "terms-not-met").status,
        202
    );
    reject(&world, "officer", &order, "terms-not-met").ok();
    let read = client.get(&format!("/orders/{order}")).ok();
    assert_eq!(read["email"]["state"], "verified");
    client.activate(&other, &submission(&new_key().1)).ok();
}

#[test]
fn a_rejection_is_of_the_order_that_was_seen_and_for_one_reason() {
    let world = World::start(Vec::new());
    let client = world.first();
    let order = client.order(PRODUCT);
    let body = json!({"reason": "high-risk"});
    let blind = world
        .instance
        .post("officer", &at(&order), &Call::json(&body));
    assert_eq!(blind.refusal(), refused(428, "precondition-required"));
    let unknown = reject(&world, "officer", &order, "because");
    assert_eq!(unknown.refusal().0, 422);
    let fault = ("/reason".to_owned(), "rejection-reason-unknown".to_owned());
    assert_eq!(faults(&unknown), [fault]);
    let (_, empty) = look(&world, &order);
    let data = json!({"subject_data_id": world.data});
    client.put(&order, "subject-data", &data).ok();
    let stale = refused(412, "precondition-failed");
    let late = reject_on(&world, "officer", &order, &empty, "high-risk");
    assert_eq!(late.refusal(), stale);
    // Another reason is another proposal, and of nobody's before.
    assert_eq!(
        reject(&world, "specialist", &order, "high-risk").status,
        202
    );
    let (_, first) = look(&world, &order);
    let another = reject(&world, "officer", &order, "not-offered");
    assert_eq!(another.status, 202);
    assert_eq!(another.json()["proposed_by"], "officer");
    let late = reject_on(&world, "second", &order, &first, "high-risk");
    assert_eq!(late.refusal(), stale);
    let (seen, _) = look(&world, &order);
    let seen = seen["version"].to_string();
    let given = ["--reason", "not-offered", "--seen", &seen];
    let arguments = [&["order", "reject", &order], &given[..]].concat();
    let (status, said, _) = world.instance.chancery("second", &arguments);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("rejected"), "{said}");
    let (status, said, _) = world
        .instance
        .chancery("auditor", &["order", "rejection", &order]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("not-offered"), "{said}");
    let (status, said, _) = world
        .instance
        .chancery("auditor", &["order", "show", &order]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("This certificate is not offered"), "{said}");
}

/// What is being signed is no more refused: it is issued, and can be revoked.
#[test]
fn an_activation_that_runs_is_not_overtaken_by_a_rejection() {
    let dir = tempfile::tempdir().unwrap();
    let world = shimmed(dir.path());
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    assert_eq!(
        reject(&world, "specialist", &order, "high-risk").status,
        202
    );
    await_crl(&world);
    fs::write(dir.path().join("trigger"), "h").unwrap();
    let path = format!("/orders/{order}/activation");
    let body = submission(&new_key().1);
    let post = |wait: &str| {
        let call = Call::json(&body).key("late");
        client.call("POST", &path, &call.header(&format!("Prefer: wait={wait}")))
    };
    assert_eq!(post("0").status, 202);
    let conflict = refused(409, "order-state-conflict");
    assert_eq!(
        reject(&world, "officer", &order, "high-risk").refusal(),
        conflict
    );
    let taken = dir.path().join("trigger.taken");
    let mut calls = (0..3_000).map(|_| client.get(&path).ok());
    assert!(calls.any(|_| fs::remove_file(&taken).is_ok()));
    let issued = post("60");
    assert_eq!(issued.status, 201, "{}", issued.json());
    assert_eq!(
        reject(&world, "officer", &order, "high-risk").refusal(),
        conflict
    );
    let (stands, _) = look(&world, &order);
    assert_eq!(
        (&stands["state"], &stands["proposed_by"]),
        (&json!("issued"), &Value::Null)
    );
}
