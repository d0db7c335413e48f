//! Lookups of a case through the running daemon, at registers that are played over TLS.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up fails at once"
)]

#[path = "lookups/automatic.rs"]
mod automatic;
#[path = "support/desk.rs"]
mod desk;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/instance.rs"]
mod instance;
#[path = "support/nameserver.rs"]
mod nameserver;
#[path = "support/person.rs"]
mod person;
#[path = "lookups/rechecks.rs"]
mod rechecks;
#[path = "support/register_fixtures.rs"]
mod register_fixtures;
#[path = "lookups/sealed.rs"]
mod sealed;

use std::{fs, path::Path};

use desk::{Desk, contact, past};
use instance::{Answer, Instance, Setup};
use register_fixtures::Fixtures;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// Enough questions to the daemon for any job of its to end.
const PATIENCE: usize = 3000;

/// Tables of registers that give out keys.
const KEYED: [&str; 3] = ["ceidg", "regon", "companies_house"];

/// A daemon whose registers are in moods of theirs.
struct Stage {
    instance: Instance,
    /// Serves the registers while it lives.
    _registers: Runtime,
}

impl Stage {
    /// With a court register in this mood, and no other.
    fn new(mood: &str) -> Self {
        Self::of(&[("krs", "krs", mood)])
    }

    /// Table of the configuration, register and mood of each.
    fn of(moods: &[(&str, &str, &str)]) -> Self {
        let registers = Runtime::new().unwrap();
        let fixtures = registers.block_on(Fixtures::start(0));
        let prepare = |dir: &Path, config: &mut String| {
            let root = dir.join("registers.pem");
            fs::write(&root, &fixtures.root).unwrap();
            let key = dir.join("register.key");
            instance::secret(dir, "register.key", b"fixture-key");
            config.push_str(&format!("[registers]\nca = \"{}\"\n", root.display()));
            for (table, register, mood) in moods {
                let base = fixtures.base(mood, register);
                config.push_str(&format!("[registers.{table}]\nbase_url = \"{base}\"\n"));
                if KEYED.contains(table) {
                    config.push_str(&format!("key = \"{}\"\n", key.display()));
                }
            }
        };
        let instance = Instance::start_with(&Setup {
            prepare: Some(&prepare),
            ..Setup::default()
        });
        Self {
            instance,
            _registers: registers,
        }
    }

    /// The case of a firm that calls itself "Example sp. z o.o.", once the daemon has asked.
    fn looked_up(&self) -> Desk<'_> {
        let desk = Desk::open(&self.instance, "customer", "lookups");
        settled(&desk);
        desk
    }

    /// The same, claimed.
    fn claimed(&self) -> Desk<'_> {
        let desk = self.looked_up();
        desk.act("specialist", "/claim").ok();
        desk
    }
}

/// The case once its registers have been asked.
fn settled(desk: &Desk) -> Value {
    let mut cases = (0..PATIENCE).map(|_| desk.read("officer").ok());
    let told = cases.find(|case| case["lookup"]["state"] != "auto_checking");
    told.unwrap()
}

fn lookup(desk: &Desk) -> Value {
    let answer = desk.post("specialist", "/lookup", &json!({}));
    assert_eq!(answer.status, 201, "{}", answer.json());
    answer.json()
}

/// State and code of a finding.
fn finding(found: &Value, check: &str) -> (String, String) {
    let findings = found["findings"].as_array().unwrap();
    let one = findings.iter().find(|one| one["check"] == check).unwrap();
    let text = |name: &str| one[name].as_str().unwrap().to_owned();
    assert_ne!(one["message"]["en"], one["message"]["pl"]);
    (text("state"), text("code"))
}

fn owned(state: &str, code: &str) -> (String, String) {
    (state.to_owned(), code.to_owned())
}

#[test]
fn what_the_register_has_is_evidence_and_compared_with_the_data() {
    let stage = Stage::new("applicant");
    let types = stage
        .instance
        .get("customer", "/registration-types?country=PL");
    let types = types.ok();
    let online = types["items"].as_array().unwrap().iter();
    let online: Vec<_> = online.map(|one| one["online"].clone()).collect();
    assert_eq!(online, [true, false, false]);
    let registers = types["items"].as_array().unwrap().iter();
    let registers: Vec<_> = registers.map(|one| one["registers"].clone()).collect();
    assert_eq!(
        registers,
        [json!(["krs"]), json!(["manual"]), json!(["manual"])]
    );
    let desk = stage.claimed();
    let before = desk.read("specialist").ok();
    let found = lookup(&desk);
    assert_eq!(found["outcome"], "found");
    assert_eq!(found["records"][0]["status"], "active");
    for (check, code) in [
        ("existence", "entry-found"),
        ("active_status", "status-active"),
        ("legal_name", "name-same"),
        ("address", "place-same"),
        ("identifier", "number-same"),
    ] {
        assert_eq!(finding(&found, check), owned("VERIFIED", code), "{found}");
    }
    let name = &found["findings"][2];
    assert_eq!(name["verdict"], "EQUAL_BUT_FORM");
    let after = desk.read("specialist").ok();
    assert_eq!(after["last_lookup"]["outcome"], "found");
    assert_eq!(after["case_digest"], found["case_digest"]);
    assert_ne!(after["case_digest"], before["case_digest"]);
    let id = found["evidence"]["id"].as_str().unwrap();
    let kept = desk
        .instance
        .get("officer", &desk.at(&format!("/evidence/{id}")))
        .ok();
    assert_eq!(kept["evidence"]["kind"], "lookup");
    assert_eq!(kept["evidence"]["outcome"], "found");
    let record: Value = serde_json::from_str(kept["content"].as_str().unwrap()).unwrap();
    assert_eq!(record["format"], "chancery-lookup/v1");
    let exchange = &record["exchanges"][0];
    assert!(exchange["body"].as_str().unwrap().contains("numerKRS"));
    assert_eq!(record["stamps"][1]["name"], "stanZDnia");
    // The lookup proves the check, and is nobody's own to add.
    let verified = json!({"state": "VERIFIED", "checked_at": past(), "evidence": [id]});
    desk.put("specialist", "/checks/existence", &verified).ok();
    let own =
        json!({"kind": "lookup_found", "source": "KRS", "content": "x", "obtained_at": past()});
    let refused = desk.post("specialist", "/evidence", &own);
    assert_eq!(refused.refusal(), (422, "validation-failed".to_owned()));
}

#[test]
fn a_register_that_is_down_leaves_the_case_and_says_so() {
    let stage = Stage::new("503");
    let desk = stage.claimed();
    let found = lookup(&desk);
    assert_eq!(found["outcome"], "unavailable");
    assert!(found["retry_at"].is_string());
    assert_eq!(found["findings"], json!([]));
    let case = desk.read("officer").ok();
    assert_eq!(case["state"], "in_review");
    assert_eq!(case["last_lookup"]["outcome"], "unavailable");
    let checks = case["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["state"] != "FAILED"));
    // Its silence proves nothing, for or against.
    let id = found["evidence"]["id"].clone();
    for state in ["VERIFIED", "FAILED"] {
        let outcome = json!({"state": state, "checked_at": past(), "evidence": [id]});
        let refused = desk.put("specialist", "/checks/existence", &outcome);
        let errors = refused.json()["errors"].clone();
        assert_eq!(errors[0]["code"], "evidence-says-nothing", "{errors}");
    }
    desk.act("specialist", "/release").ok();
    assert_eq!(desk.read("officer").ok()["state"], "queued");
}

#[test]
fn a_firm_that_ended_or_has_another_name_fails_its_check() {
    for (mood, code) in [
        ("struck", "status-struck"),
        ("liquidation", "status-liquidation"),
        ("insolvency", "status-insolvency"),
    ] {
        let stage = Stage::new(mood);
        let found = lookup(&stage.claimed());
        assert_eq!(finding(&found, "active_status"), owned("FAILED", code));
        assert_eq!(
            finding(&found, "legal_name"),
            owned("FAILED", "name-different")
        );
    }
}

#[test]
fn a_number_that_nobody_has_fails_existence_and_proves_it() {
    let stage = Stage::new("204");
    let desk = stage.claimed();
    let found = lookup(&desk);
    assert_eq!(found["outcome"], "not_found");
    assert_eq!(
        finding(&found, "existence"),
        owned("FAILED", "entry-missing")
    );
    let id = found["evidence"]["id"].clone();
    let outcome = |state: &str| json!({"state": state, "checked_at": past(), "evidence": [id]});
    let refused = desk.put("specialist", "/checks/existence", &outcome("VERIFIED"));
    assert_eq!(refused.json()["errors"][0]["code"], "evidence-says-nothing");
    desk.put("specialist", "/checks/existence", &outcome("FAILED"))
        .ok();
}

/// A VAT number that nobody has said to be this organisation's.
#[test]
fn an_answer_to_another_number_is_a_source_once_a_register_names_that_number() {
    let authority = |mood: &str| {
        let stage = Stage::of(&[("krs", "krs", mood), ("vies", "vies", "good")]);
        let desk = stage.claimed();
        let wish = json!({"registration_type": "NIP", "registration_number": "1234563218"});
        let answer = desk.post("specialist", "/lookup", &wish).ok();
        assert_eq!(answer["outcome"], "found", "{answer}");
        let found_in = answer["evidence"]["id"].as_str().unwrap();
        let verified = json!({"state": "VERIFIED", "checked_at": past(), "evidence": [found_in]});
        let shown = desk.put("specialist", "/checks/existence", &verified);
        let reached = desk.post("specialist", "/evidence", &contact(found_in));
        let code = |answer: &Answer| answer.json()["errors"][0]["code"].clone();
        (code(&shown), code(&reached))
    };
    let refused = (json!("source-missing"), json!("contact-source-unrelated"));
    assert_eq!(authority("503"), refused);
    assert_eq!(authority("applicant"), (Value::Null, Value::Null));
}

#[test]
fn a_specialist_asks_from_the_command_line() {
    let stage = Stage::new("applicant");
    let desk = stage.claimed();
    let arguments = ["case", "lookup", &desk.case];
    let (status, said, _) = stage.instance.chancery("specialist", &arguments);
    assert_eq!(status, 0, "{said}");
    for word in ["found", "EXAMPLE SPÓŁKA", "VERIFIED", "evd_"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let arguments = ["case", "lookup", &desk.case, "--register", "gleif"];
    let (status, _, said) = stage.instance.chancery("specialist", &arguments);
    assert_eq!(status, 1, "{said}");
}

#[test]
fn only_what_is_connected_is_asked() {
    let stage = Stage::new("good");
    let desk = Desk::open(&stage.instance, "customer", "lookups");
    let refused = |body: Value| desk.post("specialist", "/lookup", &body).refusal();
    let of = |status, code: &str| (status, code.to_owned());
    assert_eq!(refused(json!({})), of(409, "case-not-claimed"));
    desk.act("specialist", "/claim").ok();
    let regon = json!({"register": "regon"});
    assert_eq!(refused(regon), of(422, "register-not-asked"));
    let lei = json!({"registration_type": "LEI", "registration_number": "506700GE1G29325QX363"});
    assert_eq!(refused(lei), of(409, "register-by-hand"));
    let unknown = json!({"register": "elsewhere"});
    assert_eq!(refused(unknown), of(422, "validation-failed"));
    let half = json!({"registration_type": "KRS"});
    assert_eq!(refused(half), of(422, "validation-failed"));
    let wrong = json!({"registration_type": "KRS", "registration_number": "x"});
    assert_eq!(refused(wrong), of(422, "registration-number-invalid"));
    let member = json!({"url": "https://example.com"});
    assert_eq!(refused(member), of(400, "unknown-member"));
}
