//! How far a decision on a mailbox's validation reaches: what it names is what it ends, through
//! every order that took the proof over, and nothing beside.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    mailbox_doubts::{confirmed, decide, propose, show, taken_over},
    openssl::new_key,
    renewal::RENEWAL,
    world::{Client, World, submission},
};

/// Of what this customer was told to be invalid.
fn ended(client: &Client<'_>) -> BTreeSet<String> {
    let events = client.get("/events?limit=200").ok();
    let events = events["items"].as_array().unwrap().iter();
    events
        .filter(|event| event["type"] == "email.invalidated")
        .map(|event| event["object"]["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The validation that a certificate rests on.
fn validation(world: &World, certificate: &Value) -> String {
    let path = format!("/certificates/{}/evidence", certificate.as_str().unwrap());
    let evidence = world.instance.get("auditor", &path).ok();
    evidence["mailboxes"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_a_decision_names_is_what_it_ends() {
    let world = World::start(Vec::new());
    let client = world.first();
    let issue = |order: &str| client.activate(order, &submission(&new_key().1)).ok()["id"].clone();
    let (order, address, id) = confirmed(&client);
    let (second, _) = taken_over(&client, &address);
    let first = issue(&order);
    let next = issue(&second);
    // A renewal takes the proof over, and another order from whichever link of the chain.
    let path = format!("/certificates/{}/renewal-orders", next.as_str().unwrap());
    let renewal = client.post(&path, &json!({"product_code": RENEWAL})).ok();
    let renewed = issue(renewal["id"].as_str().unwrap());
    let (third, idle) = taken_over(&client, &address);
    let last = issue(&third);
    let (_, unused) = taken_over(&client, &address);
    // Another address of the same customer.
    let (other, _, apart) = confirmed(&client);
    issue(&other);
    assert_eq!(show(&world, &idle)["reused_from"], json!(id));
    propose(&world, "specialist", &id).ok();
    let decided = decide(&world, "officer", &id, "approve").ok();
    assert_eq!(decided["certificates"], 4);
    let at = format!("/mailboxes/{id}/certificates");
    let listed = world.instance.get("auditor", &at).ok();
    let listed = listed["items"].as_array().unwrap().iter();
    let named: Vec<Value> = listed.map(|one| one["id"].clone()).collect();
    assert_eq!(named, [last, renewed, next, first], "newest first");
    let mut reached: BTreeSet<String> = named.iter().map(|one| validation(&world, one)).collect();
    // One that was taken over and carries no certificate is ended with the others.
    reached.insert(unused);
    assert_eq!(reached.len(), 5);
    assert_eq!(reached, ended(&client));
    for one in &reached {
        assert_eq!(show(&world, one)["state"], "invalidated", "{one}");
    }
    assert_eq!(show(&world, &apart)["state"], "verified");
}
