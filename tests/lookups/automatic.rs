//! Registers are asked as soon as the data are handed over: the case is in the queue all the
//! time, and says how far they are.

use serde_json::{Value, json};

use super::{
    Stage,
    desk::{Desk, by_number},
    settled,
};
use crate::instance::Call;

/// A public page in a language.
fn page(stage: &Stage, path: &str, language: &str) -> String {
    let url = format!("{}{path}?lang={language}", stage.instance.public);
    let output = std::process::Command::new("curl")
        .args(["-sSf", &url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{path}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_registers_in_use_are_published_and_no_others() {
    let stage = Stage::of(&[
        ("krs", "krs", "good"),
        ("vies", "vies", "good"),
        ("gleif", "gleif", "good"),
    ]);
    for (language, krs, world) in [
        ("en", "National Court Register", "every country"),
        ("pl", "Krajowy Rejestr Sądowy", "wszystkie kraje"),
    ] {
        let page = page(&stage, "/registers", language);
        assert!(page.contains(&format!("<html lang=\"{language}\">")));
        for told in [
            krs,
            world,
            "<dd>KRS</dd>",
            "<dd>NTR</dd>",
            "<dd>VAT</dd>",
            "<dd>LEI</dd>",
            "AT, BE, BG",
            "href=\"https://ec.europa.eu/taxation_customs/vies/\"",
        ] {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert!(!page.contains("Companies House") && !page.contains("CEIDG"));
    }
    for guide in ["/documents", "/csr"] {
        assert!(page(&stage, guide, "en").contains("href=\"/registers?lang=en\""));
    }
}

/// State and note of a check.
fn check(case: &Value, kind: &str) -> (String, String) {
    let checks = case["checks"].as_array().unwrap();
    let one = checks.iter().find(|one| one["check"] == kind).unwrap();
    let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
    (text("state"), text("note"))
}

fn of(state: &str, note: &str) -> (String, String) {
    (state.to_owned(), note.to_owned())
}

/// Outcomes of the lookups among a case's evidence; those of one unit come in no order.
fn lookups(case: &Value) -> Vec<String> {
    let pieces = case["evidence"].as_array().unwrap().iter();
    let lookups = pieces.filter(|piece| piece["kind"] == "lookup");
    let outcomes = lookups.map(|piece| piece["outcome"].as_str().unwrap().to_owned());
    let mut outcomes: Vec<_> = outcomes.collect();
    outcomes.sort();
    outcomes
}

/// What the applicant sees of the case.
fn seen(desk: &Desk) -> Value {
    let call = Call::default().header("Acting-For: lookups");
    let path = format!("/subject-data/{}", desk.data);
    desk.instance.call("customer", "GET", &path, &call).ok()["case"].clone()
}

#[test]
fn data_that_the_register_has_fill_their_checks_and_nobody_is_asked_less() {
    let stage = Stage::new("applicant");
    let desk = stage.looked_up();
    let case = desk.read("officer").ok();
    assert_eq!(case["state"], "queued");
    assert_eq!(case["lookup"]["state"], "auto_matched");
    assert_ne!(
        case["lookup"]["message"]["en"],
        case["lookup"]["message"]["pl"]
    );
    assert_eq!(lookups(&case), ["found"]);
    for (kind, code) in [
        ("existence", "entry-found"),
        ("active_status", "status-active"),
        ("legal_name", "name-same"),
        ("address", "place-same"),
        ("identifier", "number-same"),
    ] {
        assert_eq!(check(&case, kind), of("VERIFIED", &format!("krs: {code}")));
    }
    // It decides nothing: what only people can find is open, and nobody has touched the case.
    for kind in ["representative_authority", "deny_list"] {
        assert_eq!(check(&case, kind), of("REQUIRED", ""));
    }
    assert_eq!(case["editors"], json!([]));
    assert_eq!(case["facts"], Value::Null);
    assert_eq!(case["evidence"][0]["recorded_by"], "automatic");
    let seen = seen(&desk);
    assert_eq!(seen["lookup"], case["lookup"]);
    // Two people end the case on it, each of whom may.
    desk.approve();
    assert_eq!(desk.read("officer").ok()["state"], "decided");
}

#[test]
fn a_register_that_is_down_leaves_the_case_in_the_queue_and_says_so() {
    for (mood, outcome) in [("503", "unavailable"), ("truncated", "unavailable")] {
        let stage = Stage::new(mood);
        let desk = stage.looked_up();
        let case = desk.read("officer").ok();
        assert_eq!(case["state"], "queued");
        assert_eq!(case["lookup"]["state"], "register_unavailable");
        assert_eq!(lookups(&case), [outcome]);
        assert_eq!(case["last_lookup"]["outcome"], outcome);
        // Nowhere does silence pass for "not found".
        assert_eq!(check(&case, "existence"), of("REQUIRED", ""));
        let seen = seen(&desk);
        assert_eq!(seen["lookup"]["state"], "register_unavailable");
        assert!(
            seen["checks"]
                .as_array()
                .unwrap()
                .iter()
                .all(|one| one["state"] != "FAILED")
        );
        // People go on without it.
        desk.approve();
    }
}

#[test]
fn an_answer_that_nobody_can_read_is_for_people() {
    let stage = Stage::new("schema");
    let case = stage.looked_up().read("officer").ok();
    assert_eq!(case["lookup"]["state"], "needs_review");
    assert_eq!(lookups(&case), ["schema_changed"]);
    assert_eq!(check(&case, "existence"), of("REQUIRED", ""));
}

#[test]
fn struck_liquidated_insolvent_and_misnamed_firms_fail_their_own_check() {
    for (mood, kind, code) in [
        ("applicant-struck", "active_status", "status-struck"),
        (
            "applicant-liquidation",
            "active_status",
            "status-liquidation",
        ),
        ("applicant-insolvency", "active_status", "status-insolvency"),
        ("good", "legal_name", "name-different"),
        ("204", "existence", "entry-missing"),
    ] {
        let stage = Stage::new(mood);
        let desk = stage.looked_up();
        let case = desk.read("officer").ok();
        assert_eq!(case["lookup"]["state"], "needs_review", "{mood}");
        assert_eq!(
            check(&case, kind),
            of("FAILED", &format!("krs: {code}")),
            "{mood}"
        );
        let fails = |case: &Value| {
            let checks = case["checks"].as_array().unwrap().iter();
            checks.filter(|one| one["state"] == "FAILED").count()
        };
        assert_eq!(fails(&case), 1, "{mood}: {case}");
        // Nobody approves over it.
        desk.complete();
        let refused = desk.propose("specialist", "approve");
        assert_eq!(
            refused.refusal(),
            (409, "check-failed".to_owned()),
            "{mood}"
        );
    }
}

#[test]
fn a_similar_name_is_for_people() {
    let stage = Stage::new("similar");
    let case = stage.looked_up().read("officer").ok();
    assert_eq!(case["lookup"]["state"], "needs_review");
    assert_eq!(
        check(&case, "legal_name"),
        of("REQUIRED", "krs: name-similar")
    );
    assert_eq!(
        check(&case, "existence"),
        of("VERIFIED", "krs: entry-found")
    );
}

#[test]
fn a_former_name_is_known_as_one() {
    let stage = Stage::of(&[("gleif", "gleif", "renamed")]);
    let mut set = by_number();
    set["organization"] = json!("Dawny Przykład sp. z o.o.");
    set["verification"]["registration_type"] = json!("LEI");
    set["verification"]["registration_number"] = json!("984500SYNTHETIC00095");
    let desk = Desk::of(&stage.instance, "customer", "lookups", &set, None);
    let case = settled(&desk);
    assert_eq!(case["lookup"]["state"], "needs_review");
    assert_eq!(
        check(&case, "legal_name"),
        of("FAILED", "gleif: name-former")
    );
}

#[test]
fn registers_that_know_the_number_are_all_asked_and_a_silent_one_is_no_hindrance() {
    let stage = Stage::of(&[("krs", "krs", "applicant"), ("regon", "regon", "503")]);
    let case = stage.looked_up().read("officer").ok();
    assert_eq!(lookups(&case), ["found", "unavailable"]);
    assert_eq!(case["lookup"]["state"], "auto_matched");
    // One that has nothing open to say, beside one that is silent, leaves the case waiting.
    let stage = Stage::of(&[("krs", "krs", "503"), ("regon", "regon", "schema")]);
    let case = stage.looked_up().read("officer").ok();
    assert_eq!(lookups(&case), ["schema_changed", "unavailable"]);
    assert_eq!(case["lookup"]["state"], "register_unavailable");
}

#[test]
fn numbers_that_no_register_is_asked_by_go_to_people_at_once() {
    let stage = Stage::of(&[("vies", "vies", "good")]);
    let desk = Desk::open(&stage.instance, "customer", "lookups");
    let case = desk.read("officer").ok();
    assert_eq!(case["lookup"]["state"], "not_asked");
    assert_eq!(lookups(&case), Vec::<String>::new());
}
