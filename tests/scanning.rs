//! Documents and the malware scanner: a real clamd, and one that is away, hangs or talks nonsense.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot set itself up fails at once"
)]

#[path = "scanning/aside.rs"]
mod aside;
#[path = "support/clamd.rs"]
mod clamd;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/desk.rs"]
mod desk;
#[path = "scanning/faults.rs"]
mod faults;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/instance.rs"]
mod instance;
#[path = "scanning/jobs.rs"]
mod jobs;
#[path = "support/nameserver.rs"]
mod nameserver;
#[path = "support/person.rs"]
mod person;

use std::path::Path;

use clamd::{Clamd, MALWARE, NAME, socket};
use desk::{Desk, by_number, now, past};
use instance::{Answer, Call, Instance, Setup};
use serde_json::{Value, json};

/// Calls that may pass until the scanner was asked: far more than any run needs.
const PATIENCE: u32 = 20_000;

/// A daemon with a scanner configured that does not run yet.
fn instance() -> Instance {
    let prepare = |dir: &Path, config: &mut String| {
        let socket = socket(dir).display().to_string();
        config.push_str(&format!("[documents.scan]\nclamd = \"unix:{socket}\"\n"));
    };
    Instance::start_with(&Setup {
        prepare: Some(&prepare),
        ..Setup::default()
    })
}

fn form(name: &str, content: &[u8]) -> Call {
    let mut body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\norganization\r\n--edge\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    Call::default()
        .header("Content-Type: multipart/form-data; boundary=edge")
        .fresh_key()
        .bytes(body)
}

fn pdf(content: &[u8]) -> Vec<u8> {
    [b"%PDF-1.7\n", content].concat()
}

fn mine(call: Call) -> Call {
    call.header("Acting-For: c-1")
}

/// Documents of the set, once this holds of them.
fn once(instance: &Instance, set: &str, holds: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let path = format!("/subject-data/{set}/documents");
    for _ in 0..PATIENCE {
        let listed = instance.call("customer", "GET", &path, &mine(Call::default()));
        let items = listed.ok()["items"].as_array().unwrap().clone();
        if holds(&items) {
            return items;
        }
    }
    panic!("the scanner did not speak");
}

fn scans(documents: &[Value]) -> Vec<&str> {
    documents
        .iter()
        .map(|document| document["scan"].as_str().unwrap())
        .collect()
}

fn refused(answer: &Answer, code: &str) {
    assert_eq!(answer.refusal(), (409, code.to_owned()));
    let words = &answer.json()["message"];
    assert!(words["en"] != words["pl"], "{code} has no words");
}

fn draft(instance: &Instance) -> String {
    let mut set = by_number();
    set["verification"] = json!({"method": "document"});
    let call = mine(Call::json(&set).fresh_key());
    let made = instance.post("customer", "/subject-data", &call).ok();
    made["id"].as_str().unwrap().to_owned()
}

fn submit(instance: &Instance, set: &str) -> Answer {
    let products = instance
        .call("customer", "GET", "/products", &mine(Call::default()))
        .ok();
    let statements = products["items"][0]["statements"].as_array().unwrap();
    let statements: Vec<Value> = statements
        .iter()
        .filter(|statement| statement["step"] == "data")
        .map(|s| json!({"id": s["id"], "version": s["version"], "accepted_at": now()}))
        .collect();
    let call = mine(Call::json(&json!({"statements": statements})).fresh_key());
    instance.post("customer", &format!("/subject-data/{set}/submit"), &call)
}

fn upload(instance: &Instance, set: &str, name: &str, content: &[u8]) -> Value {
    let path = format!("/subject-data/{set}/documents");
    instance
        .post("customer", &path, &mine(form(name, content)))
        .ok()
}

#[test]
fn a_document_counts_once_the_scanner_called_it_clean() {
    let instance = instance();
    let set = draft(&instance);
    let evil = upload(&instance, &set, "evil.pdf", &pdf(MALWARE));
    assert_eq!(
        (&evil["scan"], &evil["scanned_at"]),
        (&json!("pending"), &Value::Null)
    );
    refused(&submit(&instance, &set), "document-not-scanned");

    // Nobody was there; now somebody is, and the job finds him.
    let _clamd = Clamd::start(instance.path("").as_path());
    let documents = once(&instance, &set, |all| scans(all) == ["infected"]);
    assert!(documents[0]["scanned_at"].is_string());
    refused(&submit(&instance, &set), "document-infected");

    let good = upload(&instance, &set, "good.pdf", &pdf(b"an extract"));
    upload(&instance, &set, "long.pdf", &pdf(&[b'x'; 2 * 1024 * 1024]));
    let all = ["infected", "clean", "unscannable"];
    once(&instance, &set, |documents| scans(documents) == all);
    let submitted = submit(&instance, &set).ok();

    told(&instance);
    let desk = Desk {
        instance: &instance,
        case: submitted["case"]["id"].as_str().unwrap().to_owned(),
        data: set,
    };
    at_the_case(&desk, &evil, &good);
}

/// What the owner is told.
fn told(instance: &Instance) {
    let get = |path: &str| {
        let call = mine(Call::default());
        instance.call("customer", "GET", path, &call).ok()["items"].clone()
    };
    let events = get("/events?limit=100");
    let scanned = events.as_array().unwrap().iter();
    let scanned = scanned.filter(|event| event["type"] == "document.scanned");
    assert_eq!(scanned.count(), 3);
    let problems = get("/notifications?tab=problems");
    let codes: Vec<&str> = problems
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["document-unscannable", "document-infected"]);
}

/// What people who work on the case get to see.
fn at_the_case(desk: &Desk, evil: &Value, good: &Value) {
    let id = |document: &Value| document["document_id"].as_str().unwrap().to_owned();
    desk.act("specialist", "/claim").ok();
    let file = |document: &Value| desk.at(&format!("/documents/{}", id(document)));
    let get = |path: &str| desk.instance.get("specialist", path);
    refused(&get(&file(evil)), "document-infected");
    assert_eq!(get(&file(good)).bytes, pdf(b"an extract"));
    let shows = |document: &Value| {
        let body = json!({"kind": "document", "source": "an extract", "obtained_at": past(),
            "document_id": id(document), "issued_on": &now()[..10]});
        desk.post("specialist", "/evidence", &body)
    };
    refused(&shows(evil), "document-infected");
    shows(good).ok();
    let seen = desk.read("specialist").ok();
    assert_eq!(seen["documents"][0]["finding"], NAME);

    // A print-out that the specialist brings takes the same way, and is not the customer's.
    let path = desk.at("/documents");
    let print = form("print-out.pdf", &pdf(b"a register"));
    let print = desk.instance.post("specialist", &path, &print).ok();
    let scan = || {
        let seen = desk.read("specialist").ok();
        let documents = seen["documents"].as_array().unwrap().clone();
        let brought = documents
            .into_iter()
            .find(|one| one["id"] == print["document_id"]);
        let brought = brought.unwrap();
        assert_eq!(brought["brought_by"], "specialist");
        brought["scan"].as_str().unwrap().to_owned()
    };
    let mut patience = 0..PATIENCE;
    while scan() == "pending" {
        patience.next().unwrap();
    }
    assert_eq!(scan(), "clean");
    let added = shows(&print).ok();
    assert_eq!(added["evidence"]["sha256"], print["sha256"]);
    let listed = once(desk.instance, &desk.data, |_| true);
    assert_eq!(listed.len(), 3);
    let foreign = form("print-out.pdf", &pdf(b"a register"));
    let foreign = desk.instance.post("officer", &path, &foreign);
    refused(&foreign, "case-claimed");
}
