//! Incidents whose guard lives in the store or the whole of an issuance: the tests that show it
//! run in suites with a store, a scripted token or a daemon. Here they are named, so that none
//! can be renamed or removed without this list.

use std::{collections::BTreeSet, fs, path::Path};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Asserts that the suites have these tests, and the guard's text stands where it must.
fn shown(tests: &[(&str, &str)], guard: (&str, &str)) {
    for (file, test) in tests {
        let text = read(file);
        let is = |end: char| text.contains(&format!("fn {test}{end}"));
        assert!(is('(') || is('<'), "{test} in {file}");
        // A case of the store's contract runs only when the suite lists it.
        let contract = ["tests/store/conflict.rs", "tests/store/audit.rs"];
        let listed = !contract.contains(file) || read("tests/store.rs").contains(test);
        assert!(listed, "{test} is not listed in tests/store.rs");
    }
    let (file, text) = guard;
    assert!(read(file).contains(text), "{text} in {file}");
}

#[test]
fn incident_13_two_certificates_with_one_serial() {
    shown(
        &[
            ("tests/store/conflict.rs", "unique_keys"),
            (
                "tests/issuance/faults.rs",
                "s8_the_answer_to_the_result_is_lost",
            ),
        ],
        (
            "migrations/sqlite/0001_first.sql",
            "PRIMARY KEY (issuer, serial)",
        ),
    );
}

#[test]
fn incident_14_certificates_that_the_database_does_not_know() {
    shown(
        &[
            (
                "tests/issuance/faults.rs",
                "s6_nobody_knows_whether_the_token_signed",
            ),
            (
                "tests/issuance/faults.rs",
                "s8_the_result_is_refused_for_a_while",
            ),
            (
                "tests/store/crash.rs",
                "what_was_answered_outlives_a_kill_and_units_are_whole",
            ),
        ],
        (
            "src/policy/issuance.rs",
            "pub fn recorded(self, committed: &Committed)",
        ),
    );
}

#[test]
fn incident_18_certificates_without_an_audit_entry() {
    shown(
        &[
            (
                "tests/store/conflict.rs",
                "nothing_happens_without_an_entry",
            ),
            ("tests/store/conflict.rs", "an_entry_too_long_stops_its_act"),
            ("tests/store/audit.rs", "entries_are_contiguous_under_load"),
        ],
        (
            "src/policy/issuance.rs",
            "pub struct Recorded<T>(Linted<T>);",
        ),
    );
}

#[test]
fn incident_25_old_orders_issued_past_new_rules() {
    shown(
        &[
            (
                "tests/issuance/periods.rs",
                "nothing_is_issued_by_a_profile_before_and_after_its_time",
            ),
            (
                "tests/issuance/periods.rs",
                "a_product_is_activated_only_while_it_is_offered",
            ),
        ],
        (
            "src/policy/issuance.rs",
            "pub fn lint(self, rules: &RuleSet, now: Timestamp)",
        ),
    );
}

#[test]
fn incident_27_evidence_by_a_method_past_its_end() {
    shown(
        &[
            ("tests/store/conflict.rs", "evidence_ends_and_decisions_age"),
            (
                "tests/issuance/periods.rs",
                "a_product_is_activated_only_while_it_is_offered",
            ),
        ],
        ("src/policy/reuse.rs", "pub const MAILBOX_DAYS"),
    );
}

#[test]
fn incident_31_caa_in_the_path_to_the_key() {
    shown(
        &[
            (
                "tests/issuance/caa.rs",
                "an_answer_that_ends_before_the_intent_is_looked_up_again",
            ),
            (
                "tests/issuance/caa.rs",
                "a_certificate_leads_to_its_permission",
            ),
        ],
        (
            "src/services/issuance/draw.rs",
            "min(permission.usable_until)",
        ),
    );
}

/// Every incident of this program has a line in the document, and every line its test.
#[test]
fn the_document_names_each_incident() {
    let sources =
        ["content", "elsewhere", "rules"].map(|file| read(&format!("tests/incidents/{file}.rs")));
    let numbers = |text: &str, before: &str| -> BTreeSet<String> {
        let parts = text.split(before).skip(1);
        parts
            .map(|part| {
                part.chars()
                    .take_while(char::is_ascii_digit)
                    .collect::<String>()
            })
            .filter(|digits| !digits.is_empty())
            .map(|digits| format!("{digits:0>2}"))
            .collect()
    };
    let tested: BTreeSet<String> = sources
        .iter()
        .flat_map(|text| numbers(text, "fn incident_"))
        .collect();
    let written = numbers(&read("docs/incidents.md"), "\n| ");
    assert_eq!(tested, written);
    let wanted = [
        1, 2, 3, 4, 5, 6, 7, 13, 14, 18, 22, 24, 25, 26, 27, 28, 29, 31, 32,
    ];
    assert_eq!(tested, wanted.map(|number| format!("{number:02}")).into());
}
