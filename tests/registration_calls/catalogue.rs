//! What everybody may read, and the shape every list has.

use serde_json::Value;

use crate::{Call, Instance, draft, refused};

#[test]
fn a_partner_names_its_customer_at_the_catalogue_too() {
    let instance = Instance::start();
    for path in ["/products", "/registration-types?country=PL"] {
        let nameless = instance.get("partner", path);
        assert_eq!(
            nameless.refusal(),
            refused(400, "acting-for-missing"),
            "{path}"
        );
        let call = Call::default().header("Acting-For: c-1");
        assert_eq!(
            instance.call("partner", "GET", path, &call).status,
            200,
            "{path}"
        );
        assert_eq!(instance.get("customer", path).status, 200, "{path}");
    }
}

#[test]
fn every_list_has_pages_and_refuses_what_it_does_not_know() {
    let instance = Instance::start();
    let documents = format!("/subject-data/{}/documents", draft(&instance));
    for (who, path) in [
        ("customer", "/products?"),
        ("customer", "/registration-types?country=PL&"),
        ("customer", &format!("{documents}?")),
        ("operator", "/identities?"),
        ("auditor", "/identities?"),
        ("auditor", "/mails?"),
        ("auditor", "/tokens?"),
    ] {
        let list = |rest: &str| instance.get(who, &format!("{path}{rest}"));
        for (query, code) in [
            ("limit=0", "parameter-invalid"),
            ("limit=201", "parameter-invalid"),
            ("cursor=x", "cursor-invalid"),
            ("colour=red", "unknown-parameter"),
        ] {
            assert_eq!(list(query).refusal(), refused(400, code), "{path}{query}");
        }
        let whole = list("limit=200").ok()["items"].clone();
        let (mut pages, mut next) = (Vec::new(), String::new());
        loop {
            let page = list(&format!("limit=1{next}")).ok();
            pages.extend(page["items"].as_array().unwrap().clone());
            match page["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(Value::Array(pages), whole, "{path}");
    }
}
