//! Two people, each with a role and a part in the case: who may not decide it, and what makes
//! them begin again.

use serde_json::{Value, json};

use crate::{
    desk::{Desk, note},
    instance::{Answer, Call, Instance},
    refused,
};

/// A document of the applicant's.
fn uploaded(desk: &Desk) -> Answer {
    let part = |head: &str, body: &str| {
        format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
    };
    let kind = part("name=\"kind\"", "organization");
    let head = "name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf";
    let file = part(head, "%PDF-1.7\nanother board");
    let call = Call::default()
        .header("Acting-For: c-1")
        .header("Content-Type: multipart/form-data; boundary=edge")
        .fresh_key()
        .bytes(format!("{kind}{file}--edge--\r\n").into_bytes());
    let path = format!("/subject-data/{}/documents", desk.data);
    desk.instance.post("customer", &path, &call)
}

/// Test idea 5 of the flows: who decides has seen what who proposed has seen.
#[test]
fn a_document_added_while_proposed_drops_the_proposal() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    desk.complete();
    let proposed = desk.propose("specialist", "approve").ok();
    assert_eq!(proposed["state"], "proposed");
    let signed = desk.word("officer", "decide", "approve");
    let document = uploaded(&desk).ok();

    let case = desk.read("officer").ok();
    assert_eq!(
        (&case["state"], &case["proposal"]),
        (&json!("in_review"), &Value::Null)
    );
    assert_eq!(case["documents"][0]["id"], document["document_id"]);
    assert_ne!(case["case_digest"], proposed["case_digest"]);
    // Neither what was signed before nor a new word decides: there is nothing to agree with.
    let late = desk.post("officer", "/decision", &signed);
    refused(&late, 409, "proposal-missing");
    refused(&desk.decide("officer", "approve"), 409, "proposal-missing");
    let call = Call::default().header("Acting-For: c-1");
    let path = format!("/subject-data/{}", desk.data);
    let data = || desk.instance.call("customer", "GET", &path, &call).ok();
    assert_eq!(data()["state"], "under_verification");

    desk.propose("specialist", "approve").ok();
    let stale = desk.post("officer", "/decision", &signed);
    refused(&stale, 412, "precondition-failed");
    assert_eq!(desk.decide("officer", "approve").ok()["state"], "decided");
    assert_eq!(data()["state"], "verified");
}

/// Test idea 6 of the flows, each reason alone.
#[test]
fn neither_who_proposed_nor_who_edited_decides_and_frontends_reach_no_case() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    desk.complete();
    desk.act("specialist", "/release").ok();
    // Proposes what another recorded.
    desk.act("second", "/claim").ok();
    desk.propose("second", "approve").ok();
    assert_eq!(desk.read("auditor").ok()["editors"], json!(["specialist"]));
    refused(&desk.decide("second", "approve"), 403, "same-officer");
    // Records what another proposes.
    desk.post("officer", "/evidence", &note()).ok();
    desk.act("officer", "/release").ok();
    desk.act("specialist", "/claim").ok();
    desk.propose("specialist", "approve").ok();
    refused(&desk.decide("officer", "approve"), 403, "same-officer");
    refused(&desk.decide("officer", "reject"), 403, "same-officer");

    frontends_reach_nothing(&desk);
    assert_eq!(desk.read("auditor").ok()["state"], "proposed");
    assert_eq!(desk.decide("second", "approve").ok()["state"], "decided");
}

/// Every call on cases that the API describes, by both kinds of frontends.
fn frontends_reach_nothing(desk: &Desk) {
    let described = desk.instance.get("customer", "/openapi.json").ok();
    let mut calls = Vec::new();
    for (path, operations) in described["paths"].as_object().unwrap() {
        let Some(path) = path
            .strip_prefix("/v1")
            .filter(|path| path.starts_with("/cases"))
        else {
            continue;
        };
        let path = path.replacen("{id}", &desk.case, 1).replace(['{', '}'], "");
        for method in operations.as_object().unwrap().keys() {
            let call = Call::default().header("Acting-For: c-1").fresh_key();
            calls.push((method.to_uppercase(), path.clone(), call));
        }
    }
    assert!(calls.len() > 12, "{} calls", calls.len());
    let calls: Vec<_> = calls
        .iter()
        .map(|(method, path, call)| (method.as_str(), path.clone(), call.clone()))
        .collect();
    for who in ["customer", "partner"] {
        for answer in desk.instance.calls(who, &calls) {
            refused(&answer, 403, "role-forbidden");
        }
    }
}
