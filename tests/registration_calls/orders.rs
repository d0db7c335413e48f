//! Orders.

use serde_json::{Value, json};

use crate::{
    Call, Instance, STAFF, acting, draft, faults, id, keyed, made_order, order, post, refused,
    submitted,
};

#[test]
fn an_order_shows_what_the_guides_screens_show() {
    let instance = Instance::start();
    let made = post(&instance, "/orders", &order());
    assert_eq!(made.status, 201);
    let body = made.json();
    let path = format!("/orders/{}", id(&body));
    assert_eq!(made.location.unwrap(), format!("/v1{path}"));
    assert_eq!(made.etag.as_deref(), body["etag"].as_str());
    assert_eq!(body["product"]["category"], "S/MIME");
    assert_eq!(
        body["product"]["name"]["en"],
        "S/MIME Organization 365 days - issue"
    );
    assert_eq!(body["alias"], Value::Null);
    assert_eq!(
        (&body["state"], &body["status_code"]),
        (&json!("open"), &json!("waiting_for_activation"))
    );
    assert_eq!(
        body["words"],
        json!({"en": "Waiting for activation", "pl": "Oczekuje na aktywację"})
    );
    assert_eq!(body["data"]["status_code"], "waiting_for_data");
    let blocked = |codes: &[&str]| json!({"state": "blocked", "blocked_by": codes});
    let missing = blocked(&["data-set-not-verified", "email-not-verified"]);
    assert_eq!(body["steps"]["data"], json!({"state": "available"}));
    assert_eq!(body["steps"]["email"], blocked(&["data-not-saved"]));
    assert_eq!(body["steps"]["activation"], missing);
    let required = |kind: &str| json!({"type": kind, "state": "REQUIRED"});
    let verifications = ["ORGANIZATION", "AUTHORIZATION", "EMAIL"].map(required);
    assert_eq!(body["verifications"], json!(verifications));
    let read = instance.get("auditor", &path);
    assert_eq!(read.ok(), body);
    // Data saved: the e-mail step opens at once.
    let set = submitted(&instance);
    let choice = acting("c-1", &json!({"subject_data_id": set})).matching("\"1\"");
    let bound = instance
        .put("customer", &format!("{path}/subject-data"), &choice)
        .ok();
    assert_eq!(bound["status_code"], "under_verification");
    assert_eq!(bound["data"]["words"]["pl"], "W trakcie weryfikacji");
    assert_eq!(bound["steps"]["data"], json!({"state": "in_progress"}));
    assert_eq!(bound["steps"]["email"], json!({"state": "available"}));
    assert_eq!(bound["steps"]["activation"], missing);
}

#[test]
fn an_order_is_made_once_by_who_may_for_whom_it_may() {
    let instance = Instance::start();
    let call = Call::json(&order()).key("once");
    let mut other = order();
    other["alias"] = json!("another");
    keyed(&instance, "/orders", &call, &Call::json(&other).key("once"));
    let listed = instance.get("customer", "/orders").ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    for who in STAFF.into_iter().chain(["auditor"]) {
        let answer = instance.post(who, "/orders", &Call::json(&order()).fresh_key());
        assert_eq!(answer.refusal(), refused(403, "role-forbidden"), "{who}");
    }
    let keyless = instance.post("customer", "/orders", &Call::json(&order()));
    assert_eq!(keyless.refusal(), refused(400, "idempotency-key-missing"));
    let partner = instance.post("partner", "/orders", &Call::json(&order()).fresh_key());
    assert_eq!(partner.refusal(), refused(400, "acting-for-missing"));
    let contradicting = acting("c-2", &order()).fresh_key();
    let answer = instance.post("partner", "/orders", &contradicting);
    assert_eq!(answer.status, 422);
    assert_eq!(
        faults(&answer),
        [("/customer_ref".to_owned(), "customer-mismatch".to_owned())]
    );
    assert_eq!(
        instance
            .post("partner", "/orders", &acting("c-1", &order()).fresh_key())
            .status,
        201
    );
}

#[test]
fn every_fault_of_an_order_comes_at_once() {
    let instance = Instance::start();
    let wrong = json!({
        "product_code": "NO SUCH",
        "alias": " x",
        "language": "de",
        "contacts": {"technical": "nobody"},
        "acting_for": {"ip": "x".repeat(65)},
    });
    let answer = post(&instance, "/orders", &wrong);
    assert_eq!(answer.refusal(), refused(422, "validation-failed"));
    let expected = [
        ("/product_code", "product-unknown"),
        ("/alias", "text-invalid"),
        ("/language", "language-unsupported"),
        ("/contacts/technical", "email-invalid"),
        ("/acting_for/ip", "text-invalid"),
    ];
    let expected = expected.map(|(at, code)| (at.to_owned(), code.to_owned()));
    assert_eq!(faults(&answer), expected);
    let message = &answer.json()["errors"][0]["message"];
    assert_ne!(message["en"], message["pl"]);
    let renewal =
        json!({"product_code": "smime-org-multipurpose-365-renewal", "customer_ref": "c-1"});
    let answer = post(&instance, "/orders", &renewal);
    assert_eq!(faults(&answer)[0].1, "product-not-orderable");
    let both = json!({"product_code": "no-such-product", "language": "de"});
    let named: Vec<_> = faults(&post(&instance, "/orders", &both))
        .into_iter()
        .map(|f| f.0)
        .collect();
    assert_eq!(named, ["/language", "/product_code"]);
    let coded = acting("c-1", &order())
        .fresh_key()
        .header("Content-Encoding: gzip");
    assert_eq!(
        instance.post("customer", "/orders", &coded).refusal(),
        refused(415, "unsupported-media-type")
    );
    let unknown = post(
        &instance,
        "/orders",
        &json!({"product_code": "x", "colour": "red"}),
    );
    assert_eq!(unknown.refusal(), refused(400, "unknown-member"));
}

#[test]
fn an_order_changes_in_the_version_that_was_read() {
    let instance = Instance::start();
    let path = format!("/orders/{}", made_order(&instance));
    let patch = |customer: &str, etag: &str, body: &Value| {
        let call = acting(customer, body).matching(etag);
        instance.call("customer", "PATCH", &path, &call)
    };
    let alias = json!({"alias": "mail of the board"});
    let changed = patch("c-1", "\"1\"", &alias);
    assert_eq!(changed.ok()["alias"], "mail of the board");
    assert_eq!(changed.etag.as_deref(), Some("\"2\""));
    assert_eq!(
        patch("c-1", "\"1\"", &alias).refusal(),
        refused(412, "precondition-failed")
    );
    assert_eq!(
        patch("c-2", "\"2\"", &alias).refusal(),
        refused(404, "not-found")
    );
    assert_eq!(
        patch("c-1", "\"2\"", &json!({"state": "issued"})).refusal(),
        refused(400, "unknown-member")
    );
    let blind = instance.call("customer", "PATCH", &path, &Call::json(&alias));
    assert_eq!(blind.refusal(), refused(428, "precondition-required"));
    // `null` takes away, what is left out stays.
    let gone = patch("c-1", "\"2\"", &json!({"alias": null})).ok();
    assert_eq!(
        (&gone["alias"], &gone["language"]),
        (&Value::Null, &json!("pl"))
    );
    let cancel = format!("{path}/cancel");
    assert_eq!(
        instance
            .post("specialist", &cancel, &Call::default())
            .status,
        403
    );
    let foreign = Call::default().header("Acting-For: c-2");
    assert_eq!(instance.post("customer", &cancel, &foreign).status, 404);
    let note = Call::json(&json!({"note": "changed my mind"}));
    let cancelled = instance.post("customer", &cancel, &note).ok();
    assert_eq!(
        (&cancelled["status_code"], &cancelled["close_note"]),
        (&json!("cancelled"), &json!("changed my mind"))
    );
    let conflict = refused(409, "order-state-conflict");
    assert_eq!(
        instance
            .post("customer", &cancel, &Call::default())
            .refusal(),
        conflict
    );
    assert_eq!(patch("c-1", "\"4\"", &alias).refusal(), conflict);
}

#[test]
fn only_saved_data_of_the_same_customer_is_bound() {
    let instance = Instance::start();
    let path = format!("/orders/{}/subject-data", made_order(&instance));
    let bind = |set: &str, etag: &str| {
        let call = Call::json(&json!({"subject_data_id": set})).matching(etag);
        instance.put("customer", &path, &call)
    };
    let unsaved = draft(&instance);
    assert_eq!(
        bind(&unsaved, "\"1\"").refusal(),
        refused(409, "data-set-not-submitted")
    );
    assert_eq!(
        bind("sd_nothing", "\"1\"").refusal(),
        refused(404, "not-found")
    );
    let theirs = instance.post(
        "customer",
        "/subject-data",
        &acting("c-2", &crate::by_number()).fresh_key(),
    );
    let theirs = id(&theirs.ok());
    let submit = acting("c-2", &crate::statements()).fresh_key();
    instance
        .post(
            "customer",
            &format!("/subject-data/{theirs}/submit"),
            &submit,
        )
        .ok();
    assert_eq!(bind(&theirs, "\"1\"").refusal(), refused(404, "not-found"));
    let set = submitted(&instance);
    assert_eq!(
        bind(&set, "\"7\"").refusal(),
        refused(412, "precondition-failed")
    );
    let bound = bind(&set, "\"1\"").ok();
    assert_eq!(bound["data"]["subject_data_id"], json!(set));
    // The one order with data reaches its next step; the mail about it is on its way.
    let withdraw = format!("/subject-data/{set}/withdraw");
    let held = instance.post("customer", &withdraw, &Call::default());
    assert_eq!(held.refusal(), refused(409, "data-set-in-use"));
}

#[test]
fn the_list_is_ones_own_filtered_and_paged() {
    let instance = Instance::start();
    let ids: Vec<String> = (0..3).map(|_| made_order(&instance)).collect();
    let theirs = json!({"product_code": crate::PRODUCT, "customer_ref": "c-2"});
    instance
        .post("customer", "/orders", &Call::json(&theirs).fresh_key())
        .ok();
    instance
        .post(
            "customer",
            &format!("/orders/{}/cancel", ids[1]),
            &Call::default(),
        )
        .ok();
    let list = |query: &str| {
        let call = Call::default().header("Acting-For: c-1");
        instance.call("customer", "GET", &format!("/orders{query}"), &call)
    };
    let found = |query: &str| -> Vec<String> {
        let items = list(query).ok()["items"].as_array().unwrap().clone();
        items.iter().map(id).collect()
    };
    let newest_first: Vec<String> = ids.iter().rev().cloned().collect();
    assert_eq!(found(""), newest_first);
    assert_eq!(found("?state=cancelled"), [ids[1].clone()]);
    assert_eq!(found("?state=open,cancelled"), newest_first);
    let page = list("?limit=2").ok();
    let next = page["next"].as_str().unwrap();
    assert_eq!(found(&format!("?limit=2&cursor={next}")), [ids[0].clone()]);
    assert_eq!(
        list(&format!("?limit=2&cursor={next}")).ok()["next"],
        Value::Null
    );
    for (query, code) in [
        ("?status=open", "unknown-parameter"),
        ("?state=none", "parameter-invalid"),
        ("?limit=201", "parameter-invalid"),
        ("?cursor=x", "cursor-invalid"),
    ] {
        assert_eq!(list(query).refusal(), refused(400, code), "{query}");
    }
    assert_eq!(instance.get("specialist", "/orders").status, 403);
    assert_eq!(
        instance.get("partner", "/orders").refusal(),
        refused(400, "acting-for-missing")
    );
    let number = list("").ok()["items"][0]["order_number"].as_str().unwrap()[6..16].to_owned();
    assert_eq!(found(&format!("?q={number}")), [ids[2].clone()]);
}
