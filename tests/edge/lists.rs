//! Cursors, filters and the words of states.

use serde_json::{Value, json};

use crate::instance::{Answer, Call, Instance};

const PRODUCT: &str = "smime-org-multipurpose-365-issue";

fn order(instance: &Instance, customer: &str) -> String {
    let body = json!({"product_code": PRODUCT, "customer_ref": customer});
    let made = instance.post("customer", "/orders", &Call::json(&body).fresh_key());
    made.ok()["id"].as_str().unwrap().to_owned()
}

fn acting(instance: &Instance, who: &str, customer: &str, path: &str) -> Answer {
    let call = Call::default().header(&format!("Acting-For: {customer}"));
    instance.call(who, "GET", path, &call)
}

#[test]
fn a_cursor_serves_who_it_was_given_to_in_the_list_it_came_from() {
    let instance = Instance::start();
    for _ in 0..2 {
        order(&instance, "c-1");
    }
    let first = acting(&instance, "customer", "c-1", "/orders?limit=1&state=open").ok();
    let cursor = first["next"].as_str().unwrap().to_owned();
    let follow = |who: &str, customer: &str, list: &str, cursor: &str| {
        let path = format!("{list}limit=1&cursor={cursor}");
        acting(&instance, who, customer, &path)
    };
    let second = follow("customer", "c-1", "/orders?state=open&", &cursor).ok();
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert_ne!(second["items"][0]["id"], first["items"][0]["id"]);

    let invalid = (400, "cursor-invalid".to_owned());
    let mut tampered = cursor.clone().into_bytes();
    let last = tampered.len() - 3;
    tampered[last] = if tampered[last] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();
    for (who, customer, list, cursor) in [
        ("customer", "c-1", "/orders?state=open&", tampered.as_str()),
        ("customer", "c-1", "/orders?", &cursor),
        ("customer", "c-1", "/orders?state=issued&", &cursor),
        ("customer", "c-1", "/certificates?", &cursor),
        ("customer", "c-2", "/orders?state=open&", &cursor),
        ("partner", "c-1", "/orders?state=open&", &cursor),
        ("auditor", "c-1", "/orders?state=open&", &cursor),
        // What cursors looked like before they were sealed.
        ("customer", "c-1", "/orders?", "MC5vcmRfeA"),
    ] {
        let answer = follow(who, customer, list, cursor);
        assert_eq!(answer.refusal(), invalid, "{who} {customer} {list}");
    }
}

#[test]
fn every_word_of_a_state_is_a_filter() {
    let instance = Instance::start();
    let ids: Vec<String> = (0..3).map(|_| order(&instance, "c-1")).collect();
    let cancel = format!("/orders/{}/cancel", ids[0]);
    instance.post("customer", &cancel, &Call::default()).ok();
    let found = |list: &str, word: &str| -> Vec<Value> {
        let path = format!("/{list}?state={word}");
        let list = acting(&instance, "customer", "c-1", &path).ok();
        let items = list["items"].as_array().unwrap();
        items.iter().map(|item| item["id"].clone()).collect()
    };
    let open = [json!(ids[2]), json!(ids[1])];
    assert_eq!(found("orders", "waiting_for_activation"), open);
    assert_eq!(found("orders", "waiting_for_activation,cancelled").len(), 3);
    for word in "ready ready_for_activation revoked revocation_in_progress expired expiring issued \
                 submitted_for_issuance additional_information_needed rejected lapsed \
                 waiting_for_email_confirmation under_verification submitted"
        .split_whitespace()
    {
        assert!(found("orders", word).is_empty(), "{word}");
    }
    // Pages of what is derived meet like all others.
    let path = "/orders?state=waiting_for_activation&limit=1";
    let first = acting(&instance, "customer", "c-1", path).ok();
    let next = format!("{path}&cursor={}", first["next"].as_str().unwrap());
    let second = acting(&instance, "customer", "c-1", &next).ok();
    assert_eq!(
        [&first, &second].map(|page| &page["items"][0]["id"]),
        [&open[0], &open[1]]
    );

    let body = json!({"organization": "Example", "country": "PL", "state_or_province": "x",
        "locality": "y", "verification": {"method": "document"}});
    let call = Call::json(&body).header("Acting-For: c-1").fresh_key();
    let set = instance.post("customer", "/subject-data", &call).ok()["id"].clone();
    for word in ["draft", "waiting_for_data"] {
        assert_eq!(
            found("subject-data", word),
            std::slice::from_ref(&set),
            "{word}"
        );
    }
    for word in "submitted expired under_verification waiting_for_applicant verified rejected \
                 withdrawn suspended additional_information_needed"
        .split_whitespace()
    {
        assert!(found("subject-data", word).is_empty(), "{word}");
    }
    for path in ["/orders?state=draft", "/subject-data?state=ready"] {
        let expected = (400, "parameter-invalid".to_owned());
        assert_eq!(instance.get("customer", path).refusal(), expected);
    }
}

#[test]
fn a_parameter_is_text() {
    let instance = Instance::start();
    for query in ["q=%ff", "q=a%c5", "q=100%", "q=%zz", "%ff=a", "state=%ff"] {
        let answer = instance.get("customer", &format!("/orders?{query}"));
        let expected = (400, "parameter-invalid".to_owned());
        assert_eq!(answer.refusal(), expected, "{query}");
    }
    instance.get("customer", "/orders?q=%C5%BC%25").ok();
}

#[test]
fn the_description_says_how_one_gets_in() {
    let instance = Instance::start();
    let description = instance.get("customer", "/openapi.json").ok();
    let schemes = &description["components"]["securitySchemes"];
    let (name, scheme) = schemes.as_object().unwrap().iter().next().unwrap();
    assert_eq!(scheme["type"], "mutualTLS");
    assert_eq!(
        description["security"],
        json!([{name: Value::Array(vec![])}])
    );
}

#[test]
fn an_unknown_product_of_a_csr_check_is_pointed_at() {
    let instance = Instance::start();
    let body = json!({"product_code": "none", "csr": "x"});
    let answer = instance.post("customer", "/csr-checks", &Call::json(&body));
    assert_eq!(answer.refusal(), (422, "product-unknown".to_owned()));
    assert_eq!(answer.json()["errors"][0]["pointer"], "/product_code");
}
