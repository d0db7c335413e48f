//! What registers answered lies in the database under the keys of documents, and nowhere else; who
//! may read it reads it.

use std::fs;

use serde_json::{Value, json};

use crate::{
    Stage,
    desk::{Desk, note},
    instance::{Call, Instance, secret, serve},
};

/// A member of the court register's answer that stands in no other place of the product.
const MARK: &str = "naglowekA";

/// A key that came later.
const NEWER: &str = "newer 0909090909090909090909090909090909090909090909090909090909090909";

/// Whether these octets lie in the database or its write-ahead log.
fn lies(instance: &Instance, octets: &str) -> bool {
    let files = ["ca.db", "ca.db-wal"].map(|name| instance.path(name));
    let read = files.iter().filter_map(|path| fs::read(path).ok());
    read.into_iter().any(|bytes| {
        let mut parts = bytes.windows(octets.len());
        parts.any(|part| part == octets.as_bytes())
    })
}

/// The content of the case's lookup, as the specialist reads it.
fn shown(desk: &Desk, id: &str) -> Value {
    let kept = desk
        .instance
        .get("specialist", &desk.at(&format!("/evidence/{id}")));
    let kept = kept.ok();
    serde_json::from_str(kept["content"].as_str().unwrap()).unwrap()
}

fn lookup_of(desk: &Desk) -> Value {
    let case = desk.read("officer").ok();
    let pieces = case["evidence"].as_array().unwrap().iter();
    let mut lookups = pieces.filter(|piece| piece["kind"] == "lookup");
    lookups.next().unwrap().clone()
}

fn restart(instance: &mut Instance) {
    instance.child.kill().unwrap();
    instance.child.wait().unwrap();
    instance.child = serve(&instance.path(""), &[]);
}

/// What `chanceryd verify` ends with, and what it says.
fn judged(instance: &Instance) -> (Option<i32>, String) {
    let verify = std::process::Command::new(env!("CARGO_BIN_EXE_chanceryd"))
        .args(["verify", "--config"])
        .arg(instance.path("chancery.toml"))
        .output()
        .unwrap();
    let said = [verify.stdout, verify.stderr].concat();
    (verify.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn a_registers_answer_lies_nowhere_in_the_clear() {
    let mut stage = Stage::new("applicant");
    let desk = stage.looked_up();
    let piece = lookup_of(&desk);
    let id = piece["id"].as_str().unwrap().to_owned();
    let body = |content: &Value| content["exchanges"][0]["body"].as_str().unwrap().to_owned();
    // The control: the search finds what is there, and the mark is in what the register said.
    assert!(body(&shown(&desk, &id)).contains(MARK));
    assert!(lies(&stage.instance, &id));
    let source = piece["source"].as_str().unwrap();
    assert!(lies(&stage.instance, source), "{source}");
    for marked in [MARK, "chancery-lookup/v1", "body_sha256"] {
        assert!(!lies(&stage.instance, marked), "{marked}");
    }
    // What a person saw is sealed too; what a line of the list says of it is not: it is found.
    desk.act("specialist", "/claim").ok();
    let planted = json!({"description": "canary beside", "content": "canary within"});
    let mut told = note();
    told.as_object_mut()
        .unwrap()
        .extend(planted.as_object().unwrap().clone());
    let told = desk.post("specialist", "/evidence", &told);
    assert_eq!(told.status, 201, "{}", told.json());
    assert!(lies(&stage.instance, "canary beside"));
    assert!(!lies(&stage.instance, "canary within"));
    // Nor what is asked once more after the decision.
    desk.approve();
    let path = format!("/subject-data/{}/lookups", desk.data);
    let asked = stage
        .instance
        .post("specialist", &path, &Call::json(&json!({})));
    let asked = asked.ok();
    assert!(asked["content"].as_str().unwrap().contains(MARK));
    assert!(lies(
        &stage.instance,
        asked["lookup"]["id"].as_str().unwrap()
    ));
    assert!(!lies(&stage.instance, MARK));
    let (case, data) = (desk.case.clone(), desk.data.clone());
    keys_come_and_go(&mut stage.instance, &case, &data, &id);
}

fn keys_come_and_go(instance: &mut Instance, case: &str, data: &str, id: &str) {
    let given = fs::read_to_string(instance.path("document-keys")).unwrap();
    let give = |instance: &Instance, keys: &str| {
        secret(&instance.path(""), "document-keys", keys.as_bytes());
    };
    give(instance, &format!("{given}\n{NEWER}"));
    restart(instance);
    let evidence = format!("/cases/{case}/evidence/{id}");
    let old = instance.get("specialist", &evidence).ok();
    assert!(old["content"].as_str().unwrap().contains(MARK));
    let lookups = format!("/subject-data/{data}/lookups");
    let newer = instance.post("specialist", &lookups, &Call::json(&json!({})));
    assert!(newer.ok()["content"].as_str().unwrap().contains(MARK));
    assert_eq!(judged(instance).0, Some(0));
    // Without the older key nothing of its time is shown, and the oracle names it.
    give(instance, NEWER);
    restart(instance);
    let gone = instance.get("specialist", &evidence);
    assert_eq!(gone.refusal(), (503, "store-unavailable".to_owned()));
    let (status, said) = judged(instance);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains(&format!("content-key (log) evidence {id}")),
        "{said}"
    );
    // Without any key the oracle judges all else, and says so.
    fs::remove_file(instance.path("document-keys")).unwrap();
    let (status, said) = judged(instance);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("evidence are not looked into"), "{said}");
    give(instance, &format!("{given}\n{NEWER}"));
    restart(instance);
    instance.get("specialist", &evidence).ok();
}
