//! Renewal: an order that continues a certificate, with its data and what is proven of its mailbox.

use serde_json::{Value, json};

use crate::{
    openssl::new_key,
    time::DAY,
    wall::Wall,
    world::{Client, PRODUCT, World, refused, shared, submission},
};

pub const RENEWAL: &str = "smime-org-multipurpose-365-renewal";

/// Calls that may pass until something has happened: far more than any run needs.
const PATIENCE: u32 = 6_000;

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap().to_owned()
}

fn renewed(client: &Client, certificate: &Value) -> crate::instance::Answer {
    let path = format!("/certificates/{}/renewal-orders", text(certificate, "id"));
    client.post(&path, &json!({"product_code": RENEWAL}))
}

#[test]
fn a_renewal_takes_data_and_mailbox_along() {
    let world = shared();
    let client = world.first();
    let old = client.issued(&new_key().1);
    let path = format!("/certificates/{}/renewal-orders", text(&old, "id"));
    let wrong = client.post(&path, &json!({"product_code": PRODUCT}));
    assert_eq!(wrong.refusal(), refused(422, "product-not-renewal"));
    let made = renewed(&client, &old);
    assert_eq!(made.status, 201);
    let order = made.json();
    assert_eq!(order["renews"], old["id"]);
    assert_eq!(order["status_code"], "ready_for_activation", "{order}");
    assert_eq!(order["data"]["subject_data_id"], world.data);
    assert_eq!(order["email"]["address"], old["sans"][0]);
    let earlier = client.get(&format!("/orders/{}", text(&old, "order_id")));
    assert_eq!(earlier.ok()["renewed_by"], order["id"]);
    let twice = renewed(&client, &old);
    assert_eq!(twice.refusal(), refused(409, "renewal-exists"));
    // One that was given up makes room for another.
    let path = format!("/orders/{}/cancel", text(&order, "id"));
    client.post(&path, &json!({})).ok();
    let order = renewed(&client, &old).ok();
    let new = client.activate(&text(&order, "id"), &submission(&new_key().1));
    let new = new.ok();
    assert_ne!(new["serial"], old["serial"]);
    assert_eq!(new["product_code"], RENEWAL);
    let still = client.get(&format!("/certificates/{}", text(&old, "id")));
    assert_eq!(still.ok()["state"], "valid");
    let twice = renewed(&client, &old);
    assert_eq!(twice.refusal(), refused(409, "renewal-exists"));
    // What is revoked is not continued, and continues nothing.
    let path = format!("/certificates/{}/revocations", text(&new, "id"));
    client.post(&path, &json!({"reason": "superseded"})).ok();
    let gone = renewed(&client, &new);
    assert_eq!(gone.refusal(), refused(409, "already-revoked"));
    assert_eq!(renewed(&client, &old).ok()["renews"], old["id"]);
}

#[test]
fn what_is_renewed_is_not_said_to_expire_and_its_mailbox_is_proven_again() {
    let clock = Wall::new();
    let world = World::start(clock.environment());
    let client = world.first();
    let kept = client.issued(&new_key().1);
    let left = client.issued(&new_key().1);
    let lost = client.issued(&new_key().1);
    clock.set(300 * DAY);
    let order = renewed(&client, &kept).ok();
    assert_eq!(order["email"], Value::Null, "the proof is too old");
    assert_eq!(order["status_code"], "under_verification");
    let order = text(&order, "id");
    client.confirmed(&order);
    client.activate(&order, &submission(&new_key().1)).ok();
    // One whose renewal is revoked is as it was before.
    let order = text(&renewed(&client, &lost).ok(), "id");
    client.confirmed(&order);
    let new = client.activate(&order, &submission(&new_key().1)).ok();
    let path = format!("/certificates/{}/revocations", text(&new, "id"));
    client.post(&path, &json!({"reason": "superseded"})).ok();
    clock.set(310 * DAY);
    let expiring = || -> Vec<Value> {
        let found = client.get("/notifications?tab=expiration&limit=200").ok();
        let items = found["items"].as_array().unwrap().clone();
        let lines = items.into_iter();
        let lines = lines.filter(|line| line["code"] == "certificate-expiring");
        lines.map(|line| line["object_id"].clone()).collect()
    };
    for _ in 0..PATIENCE {
        if expiring().len() >= 2 {
            break;
        }
    }
    let mut told = expiring();
    told.sort_by_key(ToString::to_string);
    assert_eq!(told, [left["id"].clone(), lost["id"].clone()]);
    // By mail too, and the mail leaves.
    let mailed = |one: &Value| {
        let list = world
            .instance
            .get("operator", "/mails?state=sent&limit=200");
        let list = list.ok()["items"].as_array().unwrap().clone();
        let mut kinds = list
            .iter()
            .filter(|mail| mail["order_id"] == one["order_id"]);
        kinds.any(|mail| mail["kind"] == "certificate-expiring")
    };
    for one in [&left, &lost] {
        assert!((0..PATIENCE).any(|_| mailed(one)), "{one}");
    }
    assert!(!mailed(&kept));
}
