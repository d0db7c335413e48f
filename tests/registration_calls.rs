//! Orders, data sets, documents, notifications and registration types against a running daemon:
//! who may, when, with what, and once.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up fails at once"
)]

#[path = "registration_calls/catalogue.rs"]
mod catalogue;
#[path = "registration_calls/data.rs"]
mod data;
#[path = "registration_calls/directory.rs"]
mod directory;
#[path = "support/disk.rs"]
mod disk;
#[path = "registration_calls/documents.rs"]
mod documents;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/instance.rs"]
mod instance;
#[path = "support/nameserver.rs"]
mod nameserver;
#[path = "registration_calls/orders.rs"]
mod orders;

use std::process::Command;

use instance::{Answer, Call, Instance};
use serde_json::{Value, json};

const PRODUCT: &str = "smime-org-multipurpose-365-issue";

/// Roles that never reach a frontend's call.
const STAFF: [&str; 3] = ["specialist", "officer", "operator"];

fn order() -> Value {
    json!({
        "product_code": PRODUCT,
        "customer_ref": "c-1",
        "language": "pl",
        "contacts": {"technical": "admin@example.com"},
        "acting_for": {"user_id": "u-1", "ip": "192.0.2.1"},
    })
}

fn by_number() -> Value {
    json!({
        "organization": "Example sp. z o.o.",
        "country": "PL",
        "state_or_province": "mazowieckie",
        "locality": "Warszawa",
        "verification": {
            "method": "registration_number",
            "registration_type": "KRS",
            "registration_number": "12345678",
        },
    })
}

fn statements() -> Value {
    accepted_at(&now())
}

fn accepted_at(time: &str) -> Value {
    let accepted = |id: &str| json!({"id": id, "version": 1, "accepted_at": time});
    json!({"statements": [accepted("data-correct"), accepted("data-verification")]})
}

fn now() -> String {
    let date = Command::new("date").args(["-u", "+%FT%TZ"]).output();
    let said = String::from_utf8(date.unwrap().stdout).unwrap();
    said.trim().to_owned()
}

fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

/// `POST` of a customer's frontend, with a fresh key, for customer c-1.
fn post(instance: &Instance, path: &str, body: &Value) -> Answer {
    instance.post("customer", path, &acting("c-1", body).fresh_key())
}

fn acting(customer: &str, body: &Value) -> Call {
    Call::json(body).header(&format!("Acting-For: {customer}"))
}

fn made_order(instance: &Instance) -> String {
    id(&post(instance, "/orders", &order()).ok())
}

fn draft(instance: &Instance) -> String {
    id(&post(instance, "/subject-data", &by_number()).ok())
}

fn submitted(instance: &Instance) -> String {
    let set = draft(instance);
    post(
        instance,
        &format!("/subject-data/{set}/submit"),
        &statements(),
    )
    .ok();
    set
}

/// Codes of the faults, by pointer.
fn faults(answer: &Answer) -> Vec<(String, String)> {
    let errors = answer.json()["errors"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    errors
        .iter()
        .map(|fault| (text(fault, "pointer"), text(fault, "code")))
        .collect()
}

/// One key: the same call twice is one act with one answer, another call under it is refused.
fn keyed(instance: &Instance, path: &str, call: &Call, other: &Call) -> Value {
    let first = instance.post("customer", path, call);
    let body = first.ok();
    let again = instance.post("customer", path, call);
    assert_eq!(
        (first.status, &first.bytes),
        (again.status, &again.bytes),
        "{path}"
    );
    assert_eq!(
        (first.etag, first.location),
        (again.etag, again.location),
        "{path}"
    );
    let reused = instance.post("customer", path, other).refusal();
    assert_eq!(reused, (422, "idempotency-key-reused".to_owned()), "{path}");
    body
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
