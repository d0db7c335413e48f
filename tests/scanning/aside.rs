//! A document that became evidence before anybody scanned, and turns out bad: it stops the approval,
//! until people have set it aside.

use std::{fs::OpenOptions, io::Write};

use serde_json::{Value, json};

use super::{
    PATIENCE,
    clamd::{Clamd, MALWARE, socket},
    desk::{Desk, contact, now, past, verified},
    form,
    instance::{Instance, serve},
    pdf, refused,
};

/// A document that the specialist brings, as evidence; of each the id.
fn brought(desk: &Desk, name: &str, content: &[u8], wait_for: &str) -> (String, String) {
    let path = desk.at("/documents");
    let document = desk
        .instance
        .post("specialist", &path, &form(name, &pdf(content)));
    let document = document.ok()["document_id"].as_str().unwrap().to_owned();
    until(desk, &document, wait_for);
    let piece = json!({"kind": "document", "source": "an extract", "obtained_at": past(),
        "document_id": document, "issued_on": &now()[..10]});
    (document, added(desk, &piece))
}

fn added(desk: &Desk, piece: &Value) -> String {
    let added = desk.post("specialist", "/evidence", piece).ok();
    added["evidence"]["id"].as_str().unwrap().to_owned()
}

fn until(desk: &Desk, document: &str, scan: &str) {
    let stands = || {
        let seen = desk.read("specialist").ok();
        let mut documents = seen["documents"].as_array().unwrap().iter();
        let one = documents.find(|one| one["id"] == document).unwrap();
        one["scan"] == scan
    };
    assert!((0..PATIENCE).any(|_| stands()), "{document} is not {scan}");
}

fn rest(desk: &Desk, check: &str, evidence: &str) {
    let path = format!("/checks/{check}");
    desk.put("specialist", &path, &verified(evidence)).ok();
}

/// From now on somebody scans.
fn scanned(instance: &mut Instance) -> Clamd {
    let dir = instance.path("");
    let clamd = Clamd::start(&dir);
    instance.child.kill().unwrap();
    instance.child.wait().unwrap();
    let mut config = OpenOptions::new();
    let config = config.append(true).open(dir.join("chancery.toml"));
    let socket = socket(&dir).display().to_string();
    write!(
        config.unwrap(),
        "[documents.scan]\nclamd = \"unix:{socket}\"\n"
    )
    .unwrap();
    instance.child = serve(&dir, &[]);
    clamd
}

#[test]
fn evidence_in_a_bad_document_is_set_aside_and_the_case_decided() {
    let mut instance = Instance::start();
    let (case, data, document) = {
        let desk = Desk::open(&instance, "customer", "c-1");
        desk.complete();
        let (document, piece) = brought(&desk, "evil.pdf", MALWARE, "not_scanned");
        rest(&desk, "legal_name", &piece);
        let reached = added(&desk, &contact(&piece));
        rest(&desk, "representative_authority", &reached);
        (desk.case, desk.data, document)
    };
    let _clamd = scanned(&mut instance);
    let desk = Desk {
        instance: &instance,
        case,
        data,
    };
    until(&desk, &document, "infected");
    refused(&desk.propose("specialist", "approve"), "document-infected");
    // One more piece changes nothing as long as a check rests on the bad one.
    let (_, clean) = brought(&desk, "good.pdf", b"an extract", "clean");
    refused(&desk.propose("specialist", "approve"), "document-infected");
    rest(&desk, "legal_name", &clean);
    // Nor as long as a contact was found in it.
    refused(&desk.propose("specialist", "approve"), "document-infected");
    let reached = added(&desk, &contact(&clean));
    rest(&desk, "representative_authority", &reached);
    desk.propose("specialist", "approve").ok();
    // What is set aside is not hidden: both people see it, and nobody opens it.
    let seen = desk.read("officer").ok();
    let mut pieces = seen["evidence"].as_array().unwrap().iter();
    assert!(pieces.any(|piece| piece["document_id"] == document.as_str()));
    let file = instance.get("officer", &desk.at(&format!("/documents/{document}")));
    refused(&file, "document-infected");
    desk.decide("officer", "approve").ok();
    assert_eq!(desk.read("officer").ok()["state"], "decided");
}
