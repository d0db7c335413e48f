//! Registers asked about verified data: by a person who examines a complaint, and what there is to
//! see of it.

use serde_json::{Value, json};

use crate::{Stage, desk::Desk, instance::Call};

fn of(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn a_complaint_is_examined_at_the_register() {
    let stage = Stage::new("applicant");
    let desk = stage.looked_up();
    let instance = &stage.instance;
    let at = |rest: &str| format!("/subject-data/{}/{rest}", desk.data);
    let ask = |who: &str, body: &Value| instance.post(who, &at("lookups"), &Call::json(body));
    let early = ask("specialist", &json!({}));
    assert_eq!(early.refusal(), of(409, "data-set-not-verified"));
    desk.approve();
    let kept = ask("specialist", &json!({})).ok();
    assert_eq!(kept["lookup"]["outcome"], "found");
    assert_eq!(kept["lookup"]["against"], json!([]));
    let content: Value = serde_json::from_str(kept["content"].as_str().unwrap()).unwrap();
    assert_eq!(content["subject_data"], desk.data.as_str());
    let other = json!({"registration_type": "KRS", "registration_number": "0000000019"});
    let other = ask("officer", &other).ok();
    assert_eq!(other["lookup"]["outcome"], "not_found");
    assert_eq!(
        other["lookup"]["against"],
        json!([]),
        "another number says nothing"
    );
    let listed = instance.get("auditor", &at("lookups")).ok();
    let lines = listed["items"].as_array().unwrap();
    assert_eq!((lines.len(), &lines[0]), (2, &other["lookup"]));
    let id = kept["lookup"]["id"].as_str().unwrap();
    let read = instance.get("auditor", &at(&format!("lookups/{id}"))).ok();
    assert_eq!(read, kept);
    // The decision stays as it was signed.
    assert_eq!(desk.read("officer").ok()["state"], "decided");
    let doubted = |who: &str| instance.get(who, "/doubted-data").ok()["items"].clone();
    assert_eq!(doubted("specialist"), json!([]));
    let found = json!({"reason": "struck off", "source": "a complaint"});
    instance
        .post("specialist", &at("suspend"), &Call::json(&found))
        .ok();
    assert_eq!(doubted("officer")[0]["subject_data_id"], desk.data.as_str());
    assert_eq!(doubted("auditor")[0]["doubt"], "struck off");
}

#[test]
fn a_person_examines_from_the_command_line() {
    let stage = Stage::new("applicant");
    let desk: Desk = stage.looked_up();
    desk.approve();
    let run = |words: &[&str]| {
        let (status, out, error) = stage.instance.chancery("specialist", words);
        assert_eq!(status, 0, "{words:?}: {error}");
        out
    };
    let said = run(&["case", "recheck", &desk.data]);
    assert!(
        said.contains("found") && said.contains("chancery-lookup/v1"),
        "{said}"
    );
    let said = run(&["case", "rechecks", &desk.data]);
    assert!(said.contains("nothing new against the data"), "{said}");
    assert_eq!(run(&["case", "doubted"]).trim(), "");
    let found = ["--reason", "struck", "--source", "letter"];
    run(&[&["case", "suspend", &desk.data][..], &found].concat());
    assert!(run(&["case", "doubted"]).contains(&desk.data));
}
