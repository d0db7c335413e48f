//! Names that people have to look at: too long for a certificate, written in two scripts.

use serde_json::{Value, json};

use crate::{
    desk::{Desk, by_number, facts},
    instance::{Call, Instance},
};

#[test]
fn a_long_name_is_certified_as_the_applicant_chose() {
    let full = "Przedsiębiorstwo Handlowe Przykład Spółka z Ograniczoną Odpowiedzialnością";
    let short = "Przedsiębiorstwo Handlowe Przykład sp. z o.o.";
    let instance = Instance::start();
    let mut set = by_number();
    set["organization"] = json!(full);
    set["locality"] = json!("Warsaw");
    let desk = Desk::of(&instance, "customer", "c-1", &set, Some(short));
    desk.act("specialist", "/claim").ok();
    let case = desk.read("specialist").ok();
    assert_eq!(
        (&case["data"]["organization"], &case["data"]["abbreviation"]),
        (&json!(full), &json!(short))
    );
    assert_eq!(case["data"]["abbreviations"][0]["organization"], short);
    assert_eq!(case["comparisons"], json!([]));
    let mut wrong = facts();
    for other in ["Przedsiębiorstwo Handlowe Przykład", "Example sp. z o.o."] {
        wrong["organization"] = json!(other);
        let answer = desk.put("specialist", "/facts", &wrong);
        assert_eq!(answer.refusal().0, 422);
        assert_eq!(answer.json()["errors"][0]["code"], "abbreviation-differs");
    }
    let mut right = facts();
    right["organization"] = json!(short);
    let recorded = desk.put("specialist", "/facts", &right).ok();
    let verdicts: Vec<_> = recorded["comparisons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|compared| (&compared["member"], &compared["verdict"]))
        .collect();
    assert_eq!(
        verdicts,
        [
            (&json!("organization"), &json!("EQUAL_BUT_FORM")),
            (&json!("locality"), &json!("EQUAL")),
        ]
    );
    let steps = recorded["comparisons"][0]["steps"].as_array().unwrap();
    let form = steps.iter().find(|step| step["rule"] == "form").unwrap();
    assert_eq!(form["from"], "Spółka z Ograniczoną Odpowiedzialnością");
    assert_eq!(form["to"], "sp. z o.o.");
    assert_ne!(form["words"]["en"], form["words"]["pl"]);
    desk.approve_with(&right);
    let call = Call::default().header("Acting-For: c-1");
    let path = format!("/subject-data/{}", desk.data);
    let data = desk.instance.call("customer", "GET", &path, &call).ok();
    assert_eq!(
        (&data["organization"], &data["verified"]["organization"]),
        (&json!(full), &json!(short))
    );
}

/// What the checks of a case show, they show of the organisation and place that were handed over.
#[test]
fn facts_of_another_organisation_or_place_are_refused() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    desk.act("specialist", "/claim").ok();
    for (member, value, code) in [
        ("organization", "Siemens AG", "organization-differs"),
        ("organization", "Example S.A.", "organization-differs"),
        ("locality", "Berlin", "place-differs"),
        ("state_or_province", "Bayern", "place-differs"),
    ] {
        let mut wrong = facts();
        wrong[member] = json!(value);
        let answer = desk.put("specialist", "/facts", &wrong);
        let refused = answer.json();
        let fault = &refused["errors"][0];
        assert_eq!(
            (answer.status, &fault["code"]),
            (422, &json!(code)),
            "{value}"
        );
        assert_eq!(fault["pointer"], format!("/{member}"));
    }
    let mut known = facts();
    known["locality"] = json!("Warsaw");
    known["state_or_province"] = json!("PL-14");
    desk.put("specialist", "/facts", &known).ok();
}

#[test]
fn a_domain_of_two_scripts_is_flagged() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    assert_eq!(desk.read("specialist").ok()["flags"], json!([]));
    let call = |body: &Value| Call::json(body).header("Acting-For: c-1").fresh_key();
    let order = json!({"product_code": "smime-org-multipurpose-365-issue",
        "customer_ref": "c-1", "language": "pl"});
    let order = instance.post("customer", "/orders", &call(&order)).ok();
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let put = |rest: &str, body: &Value| {
        let now = instance.call("customer", "GET", &path, &call(&json!({})));
        let call = call(body).matching(&now.etag.unwrap());
        instance
            .put("customer", &format!("{path}{rest}"), &call)
            .ok()
    };
    put("/subject-data", &json!({"subject_data_id": desk.data}));
    let plain = put("/email", &json!({"email": "anna@żółw.example"}));
    assert_eq!(plain["warnings"], json!([]));
    // The second letter is Cyrillic.
    let set = put("/email", &json!({"email": "anna@p\u{430}ypal.example"}));
    assert_eq!(set["email"], "anna@xn--pypal-4ve.example");
    assert_eq!(set["warnings"][0]["code"], "domain-mixes-scripts");
    let flags = desk.read("specialist").ok()["flags"].clone();
    assert_eq!(
        (&flags[0]["code"], &flags[0]["about"], &flags[1]),
        (
            &json!("domain-mixes-scripts"),
            &json!("p\u{430}ypal"),
            &Value::Null
        )
    );
    assert_ne!(flags[0]["message"]["en"], flags[0]["message"]["pl"]);
}
