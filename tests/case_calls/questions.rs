//! What the applicant is asked while a case waits, and how it answers.

use serde_json::json;

use crate::{
    desk::{Desk, note, past},
    independence::day,
    instance::{Call, Instance},
    refused,
};

#[test]
fn the_applicant_is_asked_and_answers_with_a_document() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    desk.act("specialist", "/claim").ok();
    let asked = desk.post(
        "specialist",
        "/request-information",
        &json!({"message": "Proszę o statut."}),
    );
    assert_eq!(asked.ok()["state"], "waiting_for_applicant");
    let call = Call::default().header("Acting-For: c-1");
    let problems = desk
        .instance
        .call("customer", "GET", "/notifications?tab=problems", &call)
        .ok();
    assert_eq!(problems["items"][0]["code"], "information-needed");
    refused(
        &desk.post("specialist", "/evidence", &note()),
        409,
        "case-waiting",
    );
    let boundary = "----cases";
    let mut body = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\norganization\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"statut.pdf\"\r\nContent-Type: application/pdf\r\n\r\n").into_bytes();
    let content = b"%PDF-1.4\n1 0 obj\nendobj\n%%EOF\n";
    body.extend_from_slice(content);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let upload = Call::default()
        .header("Acting-For: c-1")
        .header(&format!(
            "Content-Type: multipart/form-data; boundary={boundary}"
        ))
        .fresh_key()
        .bytes(body);
    let path = format!("/subject-data/{}/documents", desk.data);
    let document = desk.instance.post("customer", &path, &upload).ok();
    let document = document["document_id"].as_str().unwrap().to_owned();
    let full = desk.read("specialist").ok();
    assert_eq!(
        (&full["state"], &full["data"]["state"]),
        (&json!("in_review"), &json!("under_verification"))
    );
    let file = desk.at(&format!("/documents/{document}"));
    assert_eq!(desk.instance.get("specialist", &file).bytes, content);
    refused(&desk.instance.get("auditor", &file), 403, "role-forbidden");
    let shown = json!({"kind": "document", "source": "statut", "document_id": document, "issued_on": day(), "obtained_at": past()});
    let added = desk.post("specialist", "/evidence", &shown).ok();
    assert_eq!(added["evidence"]["sha256"], full["documents"][0]["sha256"]);
    desk.propose("specialist", "reject").ok();
    assert_eq!(desk.decide("officer", "reject").ok()["state"], "decided");
    let path = format!("/subject-data/{}", desk.data);
    let data = desk.instance.call("customer", "GET", &path, &call).ok();
    assert_eq!(
        (&data["state"], &data["message"]),
        (&json!("rejected"), &json!("as the register says"))
    );
}

#[test]
fn a_question_names_what_is_needed() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    desk.act("specialist", "/claim").ok();
    for (body, pointer, code) in [
        (json!({}), "/message", "member-missing"),
        (json!({"needed": ["other"]}), "/message", "member-missing"),
        (json!({"needed": ["money"]}), "/needed/0", "member-invalid"),
        (
            json!({"needed": ["contact", "contact"]}),
            "/needed/1",
            "member-invalid",
        ),
    ] {
        let answer = desk.post("specialist", "/request-information", &body);
        refused(&answer, 422, "validation-failed");
        let fault = &answer.json()["errors"][0];
        assert_eq!(
            (&fault["pointer"], &fault["code"]),
            (&json!(pointer), &json!(code))
        );
    }
    let body = json!({"needed": ["founding-document", "other"], "message": "Proszę o statut."});
    desk.post("specialist", "/request-information", &body).ok();
    let call = Call::default().header("Acting-For: c-1");
    let path = format!("/subject-data/{}", desk.data);
    let data = desk.instance.call("customer", "GET", &path, &call).ok();
    assert_eq!(data["needed"][0]["code"], "founding-document");
    for language in ["en", "pl"] {
        assert!(data["needed"][0]["words"][language].is_string(), "{data}");
    }
    assert_eq!(data["message"], "Proszę o statut.");
}
