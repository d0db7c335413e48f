//! A job that fails is seen with what it met, and tried at once when an operator says so: here the
//! scan of a document while no scanner is there.

use serde_json::{Value, json};

use crate::{
    PATIENCE,
    clamd::Clamd,
    draft, instance,
    instance::{Call, Instance},
    once, pdf, scans, upload,
};

/// What `chancery --json jobs` says, and its exit status.
fn typed(instance: &Instance, who: &str, words: &[&str]) -> (i32, Value) {
    let words = [&["--json", "jobs"], words].concat();
    let (status, said, _) = instance.chancery(who, &words);
    (status, serde_json::from_str(&said).unwrap_or(Value::Null))
}

fn failing(instance: &Instance, who: &str) -> Vec<Value> {
    let list = instance.get(who, "/jobs?state=failing&kind=scan_document");
    list.ok()["items"].as_array().unwrap().clone()
}

#[test]
fn a_job_that_fails_is_seen_and_tried_again() {
    let instance = instance();
    let set = draft(&instance);
    let document = upload(&instance, &set, "good.pdf", &pdf(b"an extract"));
    let looks = (0..PATIENCE).find_map(|_| failing(&instance, "operator").pop());
    let job = looks.unwrap();
    assert_eq!(
        (&job["state"], &job["object"]),
        (&json!("failing"), &document["document_id"])
    );
    let failure = &job["failure"];
    assert_eq!(failure["code"], "scanner-unavailable");
    assert!(!failure["text"].as_str().unwrap().is_empty());
    assert!(failure["first_failed_at"].as_str() <= failure["last_failed_at"].as_str());
    let id = job["id"].as_str().unwrap();
    assert_eq!(failing(&instance, "auditor")[0]["id"], job["id"]);
    let timers = typed(&instance, "operator", &["list", "--state", "waiting"]);
    let others = timers.1["items"].as_array().unwrap().clone();
    assert!(others.iter().all(|other| other["id"] != job["id"]));
    assert!(others.iter().all(|other| other["failure"].is_null()));
    refusals(&instance, id);

    let (status, hurried) = typed(&instance, "operator", &["retry", id]);
    assert_eq!((status, &hurried["id"]), (0, &job["id"]));
    let (status, again) = typed(&instance, "operator", &["retry", id]);
    assert_eq!((status, &again["id"]), (0, &job["id"]));
    let more = |shown: &Value| shown["attempts"].as_u64() > job["attempts"].as_u64();
    let tried = |_| more(&typed(&instance, "auditor", &["show", id]).1);
    assert!((0..PATIENCE).any(tried));

    let _clamd = Clamd::start(instance.path("").as_path());
    instance.post("operator", &format!("/jobs/{id}/retry"), &Call::default());
    once(&instance, &set, |all| scans(all) == ["clean"]);
    let (status, done) = typed(&instance, "operator", &["show", id]);
    assert_eq!((status, &done["state"]), (0, &json!("done")));
    assert_eq!(
        (&done["failure"], &done["due"]),
        (&Value::Null, &Value::Null)
    );
    assert!(failing(&instance, "operator").is_empty());
    // What is done has nothing to hurry.
    let (status, still) = typed(&instance, "operator", &["retry", id]);
    assert_eq!((status, still), (0, done));
}

fn refusals(instance: &Instance, id: &str) {
    let retry = format!("/jobs/{id}/retry");
    for who in ["auditor", "customer", "officer", "security"] {
        let answer = instance.post(who, &retry, &Call::default());
        assert_eq!(
            answer.refusal(),
            (403, "role-forbidden".to_owned()),
            "{who}"
        );
    }
    for query in ["state=late", "kind=none"] {
        let answer = instance.get("operator", &format!("/jobs?{query}"));
        assert_eq!(answer.refusal(), (400, "parameter-invalid".to_owned()));
    }
    let nobody = "job_0198c0de-0000-7000-8000-000000000001";
    let (status, refused) = typed(instance, "operator", &["retry", nobody]);
    assert_eq!((status, &refused["code"]), (1, &json!("not-found")));
    assert_eq!(typed(instance, "auditor", &["retry", id]).0, 1);
    assert_eq!(
        typed(instance, "operator", &["list", "--kind", "none"]).0,
        2
    );
    let (status, shown, _) = instance.chancery("operator", &["jobs", "show", id]);
    assert!(
        status == 0 && shown.contains("scanner-unavailable"),
        "{shown}"
    );
    let failing = ["jobs", "list", "--state", "failing"];
    let (status, listed, _) = instance.chancery("operator", &failing);
    assert!(
        status == 0 && listed.contains(id) && listed.contains("since"),
        "{listed}"
    );
    let (status, help, _) = instance.chancery("operator", &["jobs", "retry", "--help"]);
    assert!(status == 0 && help.contains("Example"), "{help}");
}
