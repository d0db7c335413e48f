//! Data sets, registration types, notifications.

use serde_json::{Value, json};

use crate::{
    Call, Instance, STAFF, accepted_at, acting, by_number, draft, faults, id, keyed, post, refused,
    statements, submitted,
};

#[test]
fn data_is_taken_once_in_its_registers_form() {
    let instance = Instance::start();
    let call = Call::json(&by_number()).key("once");
    let mut other = by_number();
    other["locality"] = json!("Kraków");
    let made = keyed(
        &instance,
        "/subject-data",
        &call,
        &Call::json(&other).key("once"),
    );
    assert_eq!(made["verification"]["registration_number"], "0012345678");
    assert_eq!(
        (&made["state"], &made["revision"]),
        (&json!("draft"), &json!(1))
    );
    let path = format!("/subject-data/{}", id(&made));
    assert_eq!(instance.get("customer", &path).ok(), made);
    let foreign = Call::default().header("Acting-For: c-1");
    assert_eq!(instance.call("partner", "GET", &path, &foreign).status, 404);
    for who in STAFF {
        let answer = instance.post(who, "/subject-data", &Call::json(&by_number()).fresh_key());
        assert_eq!(answer.refusal(), refused(403, "role-forbidden"), "{who}");
    }
}

#[test]
fn every_fault_of_the_data_is_named() {
    let instance = Instance::start();
    let wrong = json!({
        "organization": "",
        "country": "UK",
        "state_or_province": "x".repeat(129),
        "locality": "a\u{202e}b",
        "verification": {"method": "registration_number", "registration_type": "KRS"},
    });
    let answer = post(&instance, "/subject-data", &wrong);
    assert_eq!(answer.refusal(), refused(422, "validation-failed"));
    let expected = [
        ("/organization", "text-invalid"),
        ("/country", "country-unsupported"),
        ("/state_or_province", "text-invalid"),
        ("/locality", "text-invalid"),
        ("/verification/registration_number", "member-missing"),
    ];
    assert_eq!(
        faults(&answer),
        expected.map(|(at, code)| (at.to_owned(), code.to_owned()))
    );
    for (register, number, code) in [
        ("KRS", "12345678901", "registration-number-invalid"),
        ("NIP", "5260250994", "registration-number-invalid"),
        ("LEI", "506700GE1G29325QX364", "registration-number-invalid"),
        ("REGON", "123456785", "registration-type-unsupported"),
    ] {
        let mut wrong = by_number();
        wrong["verification"]["registration_type"] = json!(register);
        wrong["verification"]["registration_number"] = json!(number);
        assert_eq!(
            post(&instance, "/subject-data", &wrong).refusal(),
            refused(422, code)
        );
    }
}

#[test]
fn data_is_submitted_once_with_its_statements() {
    let instance = Instance::start();
    let path = format!("/subject-data/{}/submit", draft(&instance));
    let none = json!({"statements": []});
    let answer = post(&instance, &path, &none);
    assert_eq!(answer.refusal(), refused(422, "statement-missing"));
    assert!(
        faults(&answer)
            .iter()
            .all(|(pointer, _)| pointer == "/statements")
    );
    let foreign = acting("c-2", &statements()).fresh_key();
    assert_eq!(
        instance.post("customer", &path, &foreign).refusal(),
        refused(404, "not-found")
    );
    assert_eq!(instance.post("officer", &path, &foreign).status, 403);
    let call = Call::json(&statements()).key("submit");
    let body = keyed(&instance, &path, &call, &Call::json(&none).key("submit"));
    assert_eq!(
        (&body["state"], &body["status_code"]),
        (&json!("under_verification"), &json!("under_verification"))
    );
    assert_eq!(body["case"]["state"], "queued");
    let checks = body["case"]["checks"].as_array().unwrap();
    assert!(
        checks
            .iter()
            .any(|check| check["type"] == "existence" && check["state"] == "REQUIRED")
    );
    let again = post(&instance, &path, &statements());
    assert_eq!(again.refusal(), refused(409, "data-set-state-conflict"));
}

#[test]
fn statements_are_accepted_in_their_time() {
    let instance = Instance::start();
    let path = format!("/subject-data/{}/submit", draft(&instance));
    for time in ["1999-12-31T23:59:59Z", "2099-01-01T00:00:00Z"] {
        let answer = post(&instance, &path, &accepted_at(time));
        assert_eq!(answer.status, 422);
        for at in 0..2 {
            let named = (
                format!("/statements/{at}/accepted_at"),
                "statement-time-invalid".to_owned(),
            );
            assert!(faults(&answer).contains(&named), "{time}");
        }
    }
    post(&instance, &path, &statements()).ok();
}

#[test]
fn a_name_that_no_certificate_can_hold_is_told_at_data_entry() {
    let instance = Instance::start();
    let entered = |name: String| {
        let mut data = by_number();
        data["organization"] = json!(name);
        post(&instance, "/subject-data", &data).ok()
    };
    // Characters count, not bytes.
    assert_eq!(entered("ż".repeat(64))["warnings"], json!([]));
    let long = entered("ż".repeat(65));
    let warning = &long["warnings"][0];
    assert_eq!(
        (&warning["pointer"], &warning["code"]),
        (&json!("/organization"), &json!("organization-too-long"))
    );
    assert_ne!(warning["message"]["en"], warning["message"]["pl"]);
    let path = format!("/subject-data/{}", id(&long));
    assert_eq!(
        instance.get("customer", &path).ok()["warnings"],
        long["warnings"]
    );
}

const LONG: &str =
    "Przedsiębiorstwo Handlowe Przykład Spółka z Ograniczoną Odpowiedzialnością Spółka Komandytowa";
const SHORT: &str = "Przedsiębiorstwo Handlowe Przykład sp. z o.o. Spółka Komandytowa";
const SHORTEST: &str = "Przedsiębiorstwo Handlowe Przykład sp. z o.o. sp.k.";

#[test]
fn a_long_name_comes_with_abbreviations_to_choose_of() {
    let instance = Instance::start();
    let mut data = by_number();
    data["organization"] = json!(LONG);
    let made = post(&instance, "/subject-data", &data).ok();
    let form = |full: &str, abbreviation: &str, code: &str| json!({"full": full, "abbreviation": abbreviation, "codes": [code]});
    let limited = form(
        "Spółka z Ograniczoną Odpowiedzialnością",
        "sp. z o.o.",
        "O7XB",
    );
    let partners = form("Spółka Komandytowa", "sp.k.", "BSJT");
    let offered = json!([
        {"organization": SHORT, "replaced": [limited]},
        {"organization": SHORTEST, "replaced": [limited, partners]},
    ]);
    assert_eq!(made["abbreviations"], offered);
    assert_eq!(made["abbreviation"], Value::Null);
    for (chosen, code) in [
        (
            "Przedsiębiorstwo Handlowe Przykład S.A.",
            "abbreviation-not-offered",
        ),
        ("Przedsiębiorstwo Handlowe", "abbreviation-not-offered"),
        (LONG, "validation-failed"),
    ] {
        data["abbreviation"] = json!(chosen);
        let answer = post(&instance, "/subject-data", &data);
        assert_eq!(answer.refusal(), refused(422, code), "{chosen}");
        assert_eq!(faults(&answer)[0].0, "/abbreviation", "{chosen}");
    }
    data["abbreviation"] = json!(SHORT);
    let made = post(&instance, "/subject-data", &data).ok();
    assert_eq!(
        (&made["abbreviation"], &made["warnings"]),
        (&json!(SHORT), &json!([]))
    );
    assert_eq!(made["organization"], LONG);
    // With the submission the choice may still be another.
    let path = format!("/subject-data/{}/submit", id(&made));
    let mut submission = statements();
    submission["abbreviation"] = json!("Example S.A.");
    let answer = post(&instance, &path, &submission);
    assert_eq!(answer.refusal(), refused(422, "abbreviation-not-offered"));
    submission["abbreviation"] = json!(SHORTEST);
    let handed = post(&instance, &path, &submission).ok();
    assert_eq!(handed["abbreviation"], SHORTEST);
}

#[test]
fn a_name_that_fits_has_nothing_to_choose_of() {
    let instance = Instance::start();
    let mut data = by_number();
    data["organization"] = json!("Przykład Spółka z Ograniczoną Odpowiedzialnością");
    let made = post(&instance, "/subject-data", &data).ok();
    assert_eq!(made["abbreviations"], json!([]));
    data["abbreviation"] = json!("Przykład sp. z o.o.");
    let answer = post(&instance, "/subject-data", &data);
    assert_eq!(answer.refusal(), refused(422, "abbreviation-not-offered"));
}

#[test]
fn the_document_method_waits_for_its_document() {
    let instance = Instance::start();
    let mut data = by_number();
    data["verification"] = json!({"method": "document"});
    let set = id(&post(&instance, "/subject-data", &data).ok());
    let answer = post(
        &instance,
        &format!("/subject-data/{set}/submit"),
        &statements(),
    );
    assert_eq!(answer.refusal(), refused(409, "document-missing"));
    data["verification"] = json!({"method": "document", "registration_number": "1"});
    let answer = post(&instance, "/subject-data", &data);
    assert_eq!(faults(&answer)[0].1, "member-not-allowed");
}

#[test]
fn lists_versions_and_withdrawal() {
    let instance = Instance::start();
    let (first, second) = (submitted(&instance), draft(&instance));
    let mut next = by_number();
    next["replaces"] = json!(first);
    let next = post(&instance, "/subject-data", &next).ok();
    assert_eq!(
        (&next["revision"], &next["replaces"]),
        (&json!(2), &json!(first))
    );
    let found = |query: &str| -> Vec<String> {
        let list = instance
            .get("customer", &format!("/subject-data{query}"))
            .ok();
        list["items"].as_array().unwrap().iter().map(id).collect()
    };
    assert_eq!(found("?state=draft"), [id(&next), second.clone()]);
    assert_eq!(found("?state=verified"), Vec::<String>::new());
    assert_eq!(found("").len(), 3);
    let bad = instance.get("customer", "/subject-data?state=ready");
    assert_eq!(bad.refusal(), refused(400, "parameter-invalid"));
    let withdraw = format!("/subject-data/{first}/withdraw");
    let foreign = Call::default().header("Acting-For: c-9");
    assert_eq!(instance.post("customer", &withdraw, &foreign).status, 404);
    assert_eq!(
        instance.post("auditor", &withdraw, &Call::default()).status,
        403
    );
    let gone = instance.post("customer", &withdraw, &Call::default()).ok();
    assert_eq!(
        (&gone["state"], &gone["case"]["state"]),
        (&json!("withdrawn"), &json!("closed"))
    );
    let again = instance.post("customer", &withdraw, &Call::default());
    assert_eq!(again.refusal(), refused(409, "data-set-state-conflict"));
}

#[test]
fn forms_learn_what_numbers_a_country_has() {
    let instance = Instance::start();
    let types = |query: &str| instance.get("customer", &format!("/registration-types{query}"));
    let kinds = |query: &str| -> Vec<Value> {
        let list = types(query).ok();
        assert_eq!(list["next"], Value::Null);
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|kind| kind["type"].clone())
            .collect()
    };
    assert_eq!(kinds("?country=PL"), ["KRS", "NIP", "LEI"]);
    // Nobody here asks a register of that country, not even by LEI.
    assert_eq!(kinds("?country=DE"), [Value::Null; 0]);
    let mut german = by_number();
    german["country"] = json!("DE");
    german["verification"]["registration_type"] = json!("LEI");
    german["verification"]["registration_number"] = json!("506700GE1G29325QX363");
    let refusal = post(&instance, "/subject-data", &german);
    assert_eq!(
        faults(&refusal),
        [(
            "/verification/registration_type".to_owned(),
            "registration-type-unsupported".to_owned()
        )]
    );
    german["verification"] = json!({"method": "document"});
    assert_eq!(post(&instance, "/subject-data", &german).status, 201);
    let krs = &types("?country=PL").ok()["items"][0];
    assert_eq!(krs["online"], false);
    assert_eq!(krs["registers"], json!(["manual"]));
    assert_ne!(krs["label"]["en"], krs["label"]["pl"]);
    assert_eq!(
        types("?country=XX").refusal(),
        refused(422, "country-unsupported")
    );
    assert_eq!(types("").status, 400);
    assert_eq!(
        types("?country=PL&type=KRS").refusal(),
        refused(400, "unknown-parameter")
    );
}

#[test]
fn notifications_stand_in_tabs_and_are_read() {
    let instance = Instance::start();
    let set = submitted(&instance);
    let tab = |query: &str| {
        let call = Call::default().header("Acting-For: c-1");
        instance.call("customer", "GET", &format!("/notifications{query}"), &call)
    };
    assert_eq!(tab("").status, 400);
    assert_eq!(
        tab("?tab=other").refusal(),
        refused(400, "parameter-invalid")
    );
    for empty in ["problems", "expiration", "new_certificates"] {
        let list = tab(&format!("?tab={empty}")).ok();
        assert_eq!(list, json!({"items": [], "next": null}), "{empty}");
    }
    let line = tab("?tab=information").ok()["items"][0].clone();
    assert_eq!(
        (&line["code"], &line["object_id"]),
        (&json!("data-received"), &json!(set))
    );
    assert_eq!(
        (&line["read"], &line["tab"]),
        (&json!(false), &json!("information"))
    );
    assert_ne!(line["words"]["en"], line["words"]["pl"]);
    let read = format!("/notifications/{}/read", id(&line));
    let foreign = Call::default().header("Acting-For: c-2");
    assert_eq!(instance.post("customer", &read, &foreign).status, 404);
    assert_eq!(
        instance.post("specialist", &read, &Call::default()).status,
        403
    );
    assert_eq!(
        instance.post("customer", &read, &Call::default()).ok()["read"],
        true
    );
    assert_eq!(tab("?tab=information").ok()["items"][0]["read"], true);
}
