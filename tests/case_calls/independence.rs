//! Where evidence comes from: the CA publishes the registers that it asks, and reaches people by what
//! the applicant has no hand in.

use serde_json::{Value, json};

use crate::{
    desk::{Desk, ago, contact, note, verified},
    instance::{Answer, Call, Instance},
};

/// Of all papers here, but those of another day: some months ago.
pub fn day() -> String {
    ago("-150 days", "+%F")
}

/// A paper of one page, brought by `who`, of nobody else's bytes.
fn paper(desk: &Desk, who: &str, path: &str) -> String {
    paper_of(desk, (who, path), "organization", who)
}

/// A paper of this kind with these words, brought by somebody to a place.
fn paper_of(desk: &Desk, (who, path): (&str, &str), kind: &str, words: &str) -> String {
    let part = |head: &str, body: &str| {
        format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
    };
    let kind = part("name=\"kind\"", kind);
    let head = "name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf";
    let file = part(head, &format!("%PDF-1.7\nan extract, {words}"));
    let call = Call::default()
        .header("Content-Type: multipart/form-data; boundary=edge")
        .fresh_key()
        .bytes(format!("{kind}{file}--edge--\r\n").into_bytes());
    let call = match who {
        "customer" => call.header("Acting-For: c-1"),
        _ => call,
    };
    let sent = desk.instance.post(who, path, &call).ok();
    let id = sent["document_id"].as_str().or_else(|| sent["id"].as_str());
    id.unwrap().to_owned()
}

fn of_customer(desk: &Desk) -> String {
    let path = format!("/subject-data/{}/documents", desk.data);
    paper(desk, "customer", &path)
}

fn of_specialist(desk: &Desk) -> String {
    paper(desk, "specialist", &desk.at("/documents"))
}

fn with(mut body: Value, members: &[(&str, Value)]) -> Value {
    for (name, value) in members {
        body[*name] = value.clone();
    }
    body
}

fn without(mut body: Value, name: &str) -> Value {
    body.as_object_mut().unwrap().remove(name).unwrap();
    body
}

/// The same, shown by a document of a day.
fn shown_by(body: Value, document: &str) -> Value {
    with(
        without(body, "content"),
        &[
            ("document_id", json!(document)),
            ("issued_on", json!(day())),
        ],
    )
}

fn add(desk: &Desk, body: &Value) -> Answer {
    desk.post("specialist", "/evidence", body)
}

fn kept(desk: &Desk, body: &Value) -> String {
    let added = add(desk, body).ok();
    added["evidence"]["id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn wrong(answer: &Answer, pointer: &str, code: &str) {
    assert_eq!(answer.refusal(), (422, "validation-failed".to_owned()));
    let errors = answer.json()["errors"].clone();
    assert_eq!(errors.as_array().unwrap().len(), 1, "{errors}");
    assert_eq!(errors[0]["pointer"], pointer, "{errors}");
    assert_eq!(errors[0]["code"], code, "{errors}");
    assert_ne!(errors[0]["message"]["en"], errors[0]["message"]["pl"]);
}

fn document(id: &str) -> Value {
    json!({
        "kind": "document", "source": "a paper", "document_id": id, "issued_on": day(),
        "obtained_at": crate::desk::past(),
    })
}

#[test]
fn a_register_is_one_that_the_ca_publishes_and_asks_itself() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    desk.act("specialist", "/claim").ok();
    let unpublished = |body: &Value| {
        wrong(&add(&desk, body), "/register", "register-not-published");
    };
    unpublished(&without(note(), "register"));
    for other in ["krs", "companies-house"] {
        unpublished(&with(note(), &[("register", json!(other))]));
    }
    let unknown = with(note(), &[("register", json!("the-web"))]);
    wrong(&add(&desk, &unknown), "/register", "member-invalid");
    let of_note = with(note(), &[("kind", json!("note"))]);
    wrong(&add(&desk, &of_note), "/register", "member-invalid");
    let of_customer = shown_by(note(), &of_customer(&desk));
    desk.act("specialist", "/claim").ok();
    wrong(
        &add(&desk, &of_customer),
        "/document_id",
        "document-of-applicant",
    );
    let own = kept(&desk, &shown_by(note(), &of_specialist(&desk)));
    let told = desk.read("auditor").ok();
    let told = told["evidence"].as_array().unwrap().clone();
    let line = told.iter().find(|line| line["id"] == own.as_str()).unwrap();
    assert_eq!(line["register"], "manual");
}

#[test]
fn a_contact_is_found_where_the_applicant_has_no_hand_in_it() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    let of_customer = of_customer(&desk);
    desk.act("specialist", "/claim").ok();
    let extract = kept(&desk, &note());
    let theirs = kept(&desk, &document(&of_customer));
    let of_specialist = of_specialist(&desk);
    let ours = kept(&desk, &document(&of_specialist));
    let search = with(
        without(note(), "register"),
        &[("kind", json!("note")), ("source", json!("a search"))],
    );
    let search = kept(&desk, &search);
    for member in ["reached_at", "person", "found_in"] {
        let bare = without(contact(&extract), member);
        wrong(&add(&desk, &bare), &format!("/{member}"), "member-missing");
        let strange = with(note(), &[(member, contact(&extract)[member].clone())]);
        wrong(
            &add(&desk, &strange),
            &format!("/{member}"),
            "member-invalid",
        );
    }
    let called = kept(&desk, &contact(&extract));
    let absent = "evd_0198c0de-0000-7000-8000-000000000001";
    for dependent in [&theirs, &search, &called, absent] {
        wrong(
            &add(&desk, &contact(dependent)),
            "/found_in",
            "contact-not-independent",
        );
    }
    let letter = shown_by(contact(&extract), &of_customer);
    wrong(
        &add(&desk, &letter),
        "/document_id",
        "contact-not-independent",
    );
    kept(&desk, &shown_by(contact(&extract), &of_specialist));
    kept(&desk, &contact(&ours));
}

#[test]
fn whom_the_ca_reached_is_signed_and_kept_with_the_facts() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    let extract = desk.complete();
    let second = with(contact(&extract), &[("person", json!("Ewa Example"))]);
    let ids = [kept(&desk, &contact(&extract)), kept(&desk, &second)];
    let both = with(verified(&ids[0]), &[("evidence", json!(ids))]);
    desk.put("specialist", "/checks/representative_authority", &both)
        .ok();
    desk.propose("specialist", "approve").ok();
    desk.decide("officer", "approve").ok();
    let line = desk.read("auditor").ok();
    let line = line["evidence"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(line["person"], "Ewa Example");
    assert_eq!(line["reached_at"], "+48 22 555 01 00");
    assert_eq!(line["found_in"], extract.as_str());
    // The applicant's frontend does not see whom the CA spoke to.
    let path = format!("/subject-data/{}", desk.data);
    let call = Call::default().header("Acting-For: c-1");
    let seen = instance.call("customer", "GET", &path, &call).ok();
    assert_eq!(seen["state"], "verified");
    assert!(!seen.to_string().contains("Ewa Example"));
}

#[test]
fn a_document_tells_its_day_and_is_not_relied_on_when_too_old() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    let theirs = of_customer(&desk);
    desk.complete();
    let undated = without(document(&theirs), "issued_on");
    wrong(&add(&desk, &undated), "/issued_on", "member-missing");
    for (day, code) in [
        ("2099-01-01", "date-in-future"),
        ("2026-02-30", "member-invalid"),
        ("2026-01-01T00:00:00Z", "member-invalid"),
    ] {
        let bad = with(document(&theirs), &[("issued_on", json!(day))]);
        wrong(&add(&desk, &bad), "/issued_on", code);
    }
    let strange = with(note(), &[("issued_on", json!(day()))]);
    wrong(&add(&desk, &strange), "/issued_on", "member-invalid");
    let rest_on = |day: &str| {
        let dated = with(document(&theirs), &[("issued_on", json!(day))]);
        let shown = verified(&kept(&desk, &dated));
        desk.put("specialist", "/checks/existence", &shown).ok();
    };
    rest_on("2020-01-01");
    let refusal = desk.propose("specialist", "approve").refusal();
    assert_eq!(refusal, (409, "document-too-old".to_owned()));
    // Yesterday, by the real clock.
    let yesterday = std::process::Command::new("date")
        .args(["-u", "-d", "yesterday", "+%F"])
        .output()
        .unwrap();
    let yesterday = String::from_utf8(yesterday.stdout).unwrap();
    rest_on(yesterday.trim());
    desk.propose("specialist", "approve").ok();
    desk.decide("officer", "approve").ok();
    let line = desk.read("auditor").ok();
    let line = line["evidence"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(line["issued_on"], yesterday.trim());
}

/// Older than any evidence may be, by whatever terms.
const LONG_AGO: &str = "2023-01-02T03:04:05Z";

#[test]
fn a_contact_is_found_in_what_still_counts() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    desk.act("specialist", "/claim").ok();
    let old = kept(&desk, &with(note(), &[("obtained_at", json!(LONG_AGO))]));
    let too_old = |source: &str| {
        wrong(
            &add(&desk, &contact(source)),
            "/found_in",
            "contact-source-too-old",
        );
    };
    too_old(&old);
    let paper = of_specialist(&desk);
    let dated = |day: &str| kept(&desk, &with(document(&paper), &[("issued_on", json!(day))]));
    too_old(&dated("2025-01-01"));
    kept(&desk, &contact(&dated(&day())));
    // A document that does not tell its day never ages: none of these.
    let path = desk.at("/documents");
    let other = paper_of(&desk, ("specialist", &path), "additional", "a letter");
    let undated = |body: Value| without(shown_by(body, &other), "issued_on");
    let letter = kept(&desk, &without(document(&other), "issued_on"));
    wrong(
        &add(&desk, &contact(&letter)),
        "/found_in",
        "document-kind-unfit",
    );
    wrong(
        &add(&desk, &undated(note())),
        "/document_id",
        "document-kind-unfit",
    );
    let bare = with(
        without(document(&other), "document_id"),
        &[("content", json!("seen"))],
    );
    let bare = without(bare, "issued_on");
    wrong(&add(&desk, &bare), "/document_id", "member-missing");
}

#[test]
fn what_the_applicant_gave_is_not_found_by_bringing_it_again() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    let given = |desk: &Desk, words: &str| {
        let path = format!("/subject-data/{}/documents", desk.data);
        paper_of(desk, ("customer", &path), "organization", words);
    };
    let brought = |words: &str| {
        let path = desk.at("/documents");
        paper_of(&desk, ("specialist", &path), "organization", words)
    };
    given(&desk, "here");
    // With other data of the same customer's.
    given(&Desk::open(&instance, "customer", "c-1"), "elsewhere");
    desk.act("specialist", "/claim").ok();
    let extract = kept(&desk, &note());
    for words in ["here", "elsewhere"] {
        let again = brought(words);
        let extract_of = shown_by(note(), &again);
        wrong(
            &add(&desk, &extract_of),
            "/document_id",
            "document-of-applicant",
        );
        let letter = shown_by(contact(&extract), &again);
        wrong(
            &add(&desk, &letter),
            "/document_id",
            "contact-not-independent",
        );
        let source = kept(&desk, &document(&again));
        wrong(
            &add(&desk, &contact(&source)),
            "/found_in",
            "contact-not-independent",
        );
    }
}

#[test]
fn a_source_that_the_applicant_gives_too_counts_no_longer() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    desk.complete();
    let path = desk.at("/documents");
    let brought = paper_of(&desk, ("specialist", &path), "organization", "both");
    let source = kept(&desk, &document(&brought));
    let reached = kept(&desk, &contact(&source));
    let authority = "/checks/representative_authority";
    desk.put("specialist", authority, &verified(&reached)).ok();
    let path = format!("/subject-data/{}/documents", desk.data);
    paper_of(&desk, ("customer", &path), "organization", "both");
    let refusal = desk.propose("specialist", "approve").refusal();
    assert_eq!(refusal, (409, "contact-not-independent".to_owned()));
    let again = desk.put("specialist", authority, &verified(&reached));
    wrong(&again, "/evidence/0", "contact-not-independent");
}

#[test]
fn what_an_organisation_is_is_shown_by_more_than_a_note() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    let theirs = of_customer(&desk);
    desk.act("specialist", "/claim").ok();
    let note = with(
        without(note(), "register"),
        &[("kind", json!("note")), ("source", json!("a search"))],
    );
    let note = verified(&kept(&desk, &note));
    let theirs = verified(&kept(&desk, &document(&theirs)));
    for check in ["existence", "legal_name", "identifier", "active_status"] {
        let path = format!("/checks/{check}");
        let bare = desk.put("specialist", &path, &note);
        wrong(&bare, "/evidence", "source-missing");
        let shown = desk.put("specialist", &path, &theirs);
        if check == "identifier" {
            wrong(&shown, "/evidence", "source-missing");
        } else {
            shown.ok();
        }
    }
    desk.put("specialist", "/checks/deny_list", &note).ok();
}
