//! The calls of specialists and officers, against a running daemon: who may, when, and with what.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up fails at once"
)]

#[path = "support/desk.rs"]
mod desk;
#[path = "case_calls/documents.rs"]
mod documents;
#[path = "case_calls/independence.rs"]
mod independence;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/instance.rs"]
mod instance;
#[path = "case_calls/names.rs"]
mod names;
#[path = "support/nameserver.rs"]
mod nameserver;
#[path = "case_calls/people.rs"]
mod people;
#[path = "support/person.rs"]
mod person;
#[path = "case_calls/questions.rs"]
mod questions;
#[path = "case_calls/reuse.rs"]
mod reuse;

use desk::{Desk, contact, facts, note, past, verified};
use instance::{Answer, Call, Instance};
use serde_json::{Value, json};

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.refusal(), (status, code.to_owned()));
    let words = &answer.json()["message"];
    assert!(words["en"] != words["pl"], "{code} has no words");
}

#[test]
fn two_people_take_a_case_to_its_end() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    let queue = desk.instance.get("specialist", "/cases?state=queued").ok();
    assert_eq!(queue["items"][0]["id"], desk.case);
    assert_eq!(queue["next"], Value::Null);
    let found = |query: &str| {
        let listed = desk.instance.get("specialist", &format!("/cases?{query}"));
        listed.ok()["items"].as_array().unwrap().len()
    };
    for (query, cases) in [
        ("queue=new", 1),
        ("queue=new&lookup=not_asked&country=PL", 1),
        ("lookup=register_unavailable", 0),
        ("country=DE", 0),
        ("queue=mine", 0),
    ] {
        assert_eq!(found(query), cases, "{query}");
    }
    let evidence = desk.complete();
    assert_eq!((found("queue=new"), found("queue=mine")), (0, 1));
    let arguments = ["case", "list", "--queue", "mine", "--country", "PL"];
    let (status, said, _) = instance.chancery("specialist", &arguments);
    assert_eq!(status, 0);
    assert!(said.contains(&desk.case), "{said}");
    let mine = desk.instance.get("specialist", "/cases?claimed_by=me").ok();
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
    let seen = desk
        .instance
        .get("auditor", &desk.at(&format!("/evidence/{evidence}")))
        .ok();
    assert_eq!(seen["content"], "active");
    let full = desk.read("specialist").ok();
    assert_eq!(full["facts"]["organization_identifier"], "NTRPL-0012345678");
    let actions = full["allowed_actions"].as_array().unwrap();
    assert!(actions.contains(&json!("proposal")) && !actions.contains(&json!("decision")));
    assert_eq!(
        desk.propose("specialist", "approve").ok()["state"],
        "proposed"
    );
    let word = desk.word("officer", "decide", "approve");
    let call = Call::json(&word).key("the-decision");
    let first = desk.instance.post("officer", &desk.at("/decision"), &call);
    assert_eq!(first.ok()["state"], "decided");
    let again = desk.instance.post("officer", &desk.at("/decision"), &call);
    assert_eq!((again.status, again.bytes), (200, first.bytes));
    let other = Call::json(&desk.word("officer", "decide", "reject")).key("the-decision");
    let reused = desk.instance.post("officer", &desk.at("/decision"), &other);
    refused(&reused, 422, "idempotency-key-reused");
    let call = Call::default().header("Acting-For: c-1");
    let path = format!("/subject-data/{}", desk.data);
    let data = desk.instance.call("customer", "GET", &path, &call).ok();
    assert_eq!(
        (&data["state"], &data["case"]["state"]),
        (&json!("verified"), &json!("decided"))
    );
    let late = desk.act("specialist", "/claim");
    refused(&late, 409, "case-decided");
    refused(&desk.propose("specialist", "approve"), 409, "case-decided");
    refused(&desk.decide("officer", "approve"), 409, "case-decided");
}

#[test]
fn roles_and_people_are_kept_apart() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    for who in ["customer", "partner"] {
        let call = Call::default().header("Acting-For: c-1");
        for path in ["/cases".to_owned(), desk.at("")] {
            refused(
                &desk.instance.call(who, "GET", &path, &call),
                403,
                "role-forbidden",
            );
        }
        let claim = desk.instance.post(who, &desk.at("/claim"), &call);
        refused(&claim, 403, "role-forbidden");
    }
    assert_eq!(desk.read("auditor").status, 200);
    refused(&desk.act("auditor", "/claim"), 403, "role-forbidden");
    refused(
        &desk.instance.get("operator", "/cases"),
        403,
        "role-forbidden",
    );
    refused(&desk.instance.get("stranger", "/cases"), 403, "ra-unknown");
    desk.complete();
    refused(&desk.act("officer", "/claim"), 409, "case-claimed");
    let by_officer = desk.word("officer", "propose", "approve");
    let foreign = desk.post("specialist", "/proposal", &by_officer);
    refused(&foreign, 403, "officer-signature-invalid");
    let early = desk.decide("officer", "approve");
    refused(&early, 409, "proposal-missing");
    desk.propose("specialist", "approve").ok();
    refused(&desk.decide("specialist", "approve"), 403, "role-forbidden");
    // The officer adds evidence: now an editor, and the proposal is gone.
    let reopened = desk.post("officer", "/evidence", &note());
    assert_eq!(reopened.status, 201);
    let location = reopened.location.as_deref().unwrap();
    let path = location.strip_prefix("/v1").unwrap();
    assert_eq!(desk.instance.get("auditor", path).ok()["content"], "active");
    assert_eq!(desk.read("officer").ok()["state"], "in_review");
    desk.propose("officer", "approve").ok();
    refused(&desk.decide("officer", "approve"), 403, "same-officer");
    assert_eq!(desk.decide("second", "approve").ok()["state"], "decided");
}

#[test]
fn what_was_signed_must_be_what_stands() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    desk.complete();
    let signed = desk.word("specialist", "propose", "approve");
    desk.post("specialist", "/evidence", &note()).ok();
    refused(
        &desk.post("specialist", "/proposal", &signed),
        412,
        "precondition-failed",
    );
    let etag = desk.read("officer").etag.unwrap();
    desk.put("specialist", "/facts", &facts()).ok();
    let stale = Call::json(&facts()).matching(&etag);
    let answer = desk.instance.put("specialist", &desk.at("/facts"), &stale);
    refused(&answer, 412, "precondition-failed");
    let without = desk
        .instance
        .put("specialist", &desk.at("/facts"), &Call::json(&facts()));
    refused(&without, 428, "precondition-required");
    let keyless = Call::json(&signed);
    let answer = desk
        .instance
        .post("specialist", &desk.at("/proposal"), &keyless);
    refused(&answer, 400, "idempotency-key-missing");
}

#[test]
fn an_extract_says_nothing_of_a_representative() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    desk.act("specialist", "/claim").ok();
    let extract = desk.post("specialist", "/evidence", &note()).ok();
    let found_in = extract["evidence"]["id"].as_str().unwrap();
    let extract = verified(found_in);
    let authority = desk.put("specialist", "/checks/representative_authority", &extract);
    refused(&authority, 422, "validation-failed");
    let error = &authority.json()["errors"][0];
    assert_eq!(error["pointer"], "/evidence");
    assert_eq!(error["code"], "contact-missing");
    assert_ne!(error["message"]["en"], error["message"]["pl"]);
    let reached = desk
        .post("specialist", "/evidence", &contact(found_in))
        .ok();
    let reached = verified(reached["evidence"]["id"].as_str().unwrap());
    desk.put("specialist", "/checks/representative_authority", &reached)
        .ok();
}

#[test]
fn wrong_input_is_named_by_its_member() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    refused(
        &desk.post("specialist", "/evidence", &note()),
        409,
        "case-not-claimed",
    );
    desk.act("specialist", "/claim").ok();
    let pointer = |answer: &Answer| {
        assert_eq!(answer.refusal(), (422, "validation-failed".to_owned()));
        answer.json()["errors"][0]["pointer"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let with = |mut body: Value, name: &str, value: Value| {
        body[name] = value;
        body
    };
    for (name, value) in [
        ("kind", json!("rumour")),
        ("source", json!("")),
        ("content", json!("x".repeat(32 * 1024 + 1))),
        ("document_id", json!("doc_x")),
        ("obtained_at", json!("2099-01-01T00:00:00Z")),
    ] {
        let answer = desk.post("specialist", "/evidence", &with(note(), name, value));
        assert_eq!(pointer(&answer), format!("/{name}"));
    }
    let unknown = desk.post("specialist", "/evidence", &with(note(), "more", json!(1)));
    refused(&unknown, 400, "unknown-member");
    for (name, value) in [
        ("organization", json!("x".repeat(65))),
        ("number", json!("12345679")),
        ("scheme", json!("REGON")),
        ("country", json!("DE")),
    ] {
        let answer = desk.put("specialist", "/facts", &with(facts(), name, value));
        assert_eq!(pointer(&answer), format!("/{name}"));
    }
    let bare = json!({"state": "VERIFIED"});
    let answer = desk.put("specialist", "/checks/existence", &bare);
    assert_eq!(pointer(&answer), "/checked_at");
    let unknown = desk.put("specialist", "/checks/mood", &bare);
    refused(&unknown, 404, "not-found");
    let early = desk.propose("specialist", "approve");
    refused(&early, 409, "evidence-missing");
    let named = early.json()["errors"].to_string();
    assert!(named.contains("/checks/identifier/evidence") && named.contains("/facts"));
    refused(
        &desk.instance.get("specialist", "/cases?mood=x"),
        400,
        "unknown-parameter",
    );
    for wrong in [
        "queue=x",
        "queue=new&state=queued",
        "queue=mine&claimed_by=me",
        "lookup=x",
        "country=Poland",
    ] {
        let path = format!("/cases?{wrong}");
        refused(
            &desk.instance.get("specialist", &path),
            400,
            "parameter-invalid",
        );
    }
    let absent = "/cases/cas_0198c0de-0000-7000-8000-000000000001";
    refused(&desk.instance.get("specialist", absent), 404, "not-found");
}

#[test]
fn people_do_it_all_from_the_command_line() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    let case = desk.case.as_str();
    let run = |who: &str, words: &str| {
        let arguments: Vec<&str> = words.split(' ').collect();
        desk.instance.chancery(who, &arguments)
    };
    let ok = |who: &str, words: &str| {
        let (status, out, error) = run(who, words);
        assert_eq!(status, 0, "{words}: {error}");
        out
    };
    assert!(ok("specialist", "case list --state queued").contains(case));
    ok("specialist", &format!("case claim {case}"));
    let (evidence, reached) = recorded(&desk, &ok);
    for check in desk.read("officer").ok()["checks"].as_array().unwrap() {
        if check["state"] == "REQUIRED" {
            let name = check["check"].as_str().unwrap();
            let by = match name {
                "representative_authority" => &reached,
                _ => &evidence,
            };
            let past = past();
            let state = format!("--state VERIFIED --checked-at {past} --evidence {by}");
            ok("specialist", &format!("case check {case} {name} {state}"));
        }
    }
    let early = run(
        "specialist",
        &format!("case propose {case} --outcome approve"),
    );
    assert_eq!(early.0, 1);
    assert!(early.2.contains("/facts"), "{}", early.2);
    let facts = "--organization Example --scheme KRS --number 12345678 --country PL";
    ok("specialist", &format!("case facts {case} {facts}"));
    let stale = format!("--case-digest sha256:{}", "0".repeat(64));
    let refused = run(
        "specialist",
        &format!("case propose {case} --outcome approve {stale}"),
    );
    assert_eq!(refused.0, 1);
    ok(
        "specialist",
        &format!("case propose {case} --outcome approve"),
    );
    let foreign = format!("case decide {case} --outcome approve --sign-key second.key");
    let (status, _, error) = run("officer", &foreign);
    assert_eq!(status, 1);
    assert!(error.contains("officer-signature-invalid") && error.contains("NTRPL-0012345678"));
    assert!(ok("officer", &format!("case decide {case} --outcome approve")).contains("(decided)"));
    assert_eq!(run("specialist", "case show").0, 2);
    assert_eq!(run("specialist", &format!("case release {case}")).0, 1);
}

/// An extract and a call, by the command line: their ids.
fn recorded(desk: &Desk, ok: &dyn Fn(&str, &str) -> String) -> (String, String) {
    let case = desk.case.as_str();
    std::fs::write(
        desk.instance.path("extract.txt"),
        "KRS 0012345678: active\n",
    )
    .unwrap();
    let add = format!(
        "case evidence add {case} --kind register --register manual --source KRS --content extract.txt"
    );
    let past = past();
    let added = ok("specialist", &format!("{add} --obtained-at {past} --json"));
    let added: Value = serde_json::from_str(&added).unwrap();
    let evidence = added["evidence"]["id"].as_str().unwrap().to_owned();
    let add = format!(
        "case evidence add {case} --kind contact --reached-at +48225550100 --person Nowak \
         --found-in {evidence} --source call --content extract.txt"
    );
    let added = ok("specialist", &format!("{add} --obtained-at {past} --json"));
    let reached: Value = serde_json::from_str(&added).unwrap();
    let reached = reached["evidence"]["id"].as_str().unwrap().to_owned();
    let shown = ok("officer", &format!("case evidence show {case} {evidence}"));
    assert!(shown.contains("KRS 0012345678: active") && shown.contains("register   manual"));
    let shown = ok("officer", &format!("case evidence show {case} {reached}"));
    let said = format!("reached    Nowak at +48225550100, found in {evidence}");
    assert!(shown.contains(&said), "{shown}");
    (evidence, reached)
}
