//! Strictness, problem documents, idempotency, lists, the description.

use serde_json::{Value, json};
use sqlx::{Connection, Row, SqliteConnection};

use crate::{
    instance::{Answer, Call, Instance},
    process::restart,
};

const KIND: &str = "Content-Type: application/json";

fn order() -> Value {
    json!({"product_code": "smime-org-multipurpose-365-issue", "customer_ref": "c-1"})
}

/// Every refusal is a whole problem document.
fn refused(answer: &Answer, status: u16, code: &str) -> Value {
    assert_eq!(answer.refusal(), (status, code.to_owned()));
    let problem = answer.json();
    assert_eq!(problem["type"], format!("urn:chancery:problem:{code}"));
    assert_eq!(problem["status"], status);
    for member in ["title", "detail", "instance", "request_id"] {
        assert!(problem[member].is_string(), "{member} of {problem}");
    }
    for language in ["en", "pl"] {
        assert!(problem["message"][language].is_string(), "{problem}");
    }
    problem
}

#[test]
fn every_failure_is_a_problem_document() {
    let instance = Instance::start();
    let send = |call: Call| instance.post("customer", "/orders", &call.fresh_key());
    let text = |body: &str| send(Call::default().header(KIND).bytes(body.into()));

    refused(&instance.get("customer", "/nothing"), 404, "not-found");
    refused(&instance.get("customer", "/orders/ord_1"), 404, "not-found");
    let wrong = instance.call("customer", "DELETE", "/products", &Call::default());
    refused(&wrong, 405, "method-not-allowed");

    let plain = Call::default().header("Content-Type: text/plain");
    refused(
        &send(plain.bytes(b"{}".to_vec())),
        415,
        "unsupported-media-type",
    );
    for length in [65 * 1024, 9 * 1024 * 1024] {
        let long = Call::default().header(KIND).bytes(vec![b' '; length]);
        refused(&send(long), 413, "payload-too-large");
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(64), "]".repeat(64));
    for body in ["{", "", "{\"alias\":\"a\",\"alias\":\"b\"}", &deep] {
        refused(&text(body), 400, "malformed-json");
    }
    let unknown = refused(&text("{\"a\":1,\"b\":2}"), 400, "unknown-member");
    let faults = unknown["errors"].as_array().unwrap();
    for pointer in ["/a", "/b"] {
        let named =
            |fault: &Value| fault["pointer"] == pointer && fault["code"] == "unknown-member";
        assert!(faults.iter().any(named), "{pointer} of {unknown}");
    }
    let missing = refused(&text("{}"), 422, "validation-failed");
    assert_eq!(missing["errors"][0]["code"], "member-missing");
    assert_eq!(missing["errors"][0]["pointer"], "/product_code");
}

#[test]
fn refusals_speak_the_language_that_was_asked_for() {
    let instance = Instance::start();
    let polish = Call::default().header("Accept-Language: pl");
    let answer = instance.call("customer", "GET", "/nothing", &polish).json();
    assert_eq!(answer["detail"], answer["message"]["pl"]);
    assert_eq!(answer["title"], answer["message"]["en"]);
}

#[test]
fn the_same_key_gives_the_same_bytes_and_one_order() {
    let instance = Instance::start();
    let first = Call::json(&order()).key("one");
    let made = instance.post("customer", "/orders", &first);
    assert_eq!(made.status, 201);
    assert!(made.location.is_some() && made.etag.is_some());
    let again = instance.post("customer", "/orders", &first);
    assert_eq!((again.status, &again.bytes), (201, &made.bytes));
    assert_eq!((&again.location, &again.etag), (&made.location, &made.etag));

    let mut longer = order();
    longer["product_code"] = json!("smime-org-multipurpose-730-issue");
    let other = instance.post("customer", "/orders", &Call::json(&longer).key("one"));
    refused(&other, 422, "idempotency-key-reused");
    let none = instance.post("customer", "/orders", &Call::json(&order()));
    refused(&none, 400, "idempotency-key-missing");
    let empty = instance.post("customer", "/orders", &Call::json(&order()).key("a b"));
    refused(&empty, 400, "idempotency-key-invalid");

    let list = instance.get("customer", "/orders").ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_an_order_would_and_writes_nothing() {
    let instance = Instance::start();
    let before = rows(&instance).await;
    let dry = |who: &str, body: &Value| {
        instance.post(who, "/orders/validate", &Call::json(body).key("ignored"))
    };
    let good = dry("customer", &order());
    assert_eq!(
        (good.status, good.json()),
        (200, json!({"valid": true, "findings": []}))
    );
    // Not yet: the dry run has not used the key up, and has not taken the order.
    let found = |body: Value| -> Vec<(String, String)> {
        let answer = dry("customer", &body);
        assert_eq!(answer.status, 200);
        let check = answer.json();
        assert_eq!(check["valid"], false);
        let findings = check["findings"].as_array().unwrap();
        let text = |found: &Value, name: &str| found[name].as_str().unwrap().to_owned();
        for found in findings {
            assert_eq!(found["severity"], "error");
            assert!(found["message"]["pl"].is_string());
        }
        findings
            .iter()
            .map(|f| (text(f, "pointer"), text(f, "code")))
            .collect()
    };
    let pairs = |expected: &[(&str, &str)]| -> Vec<(String, String)> {
        let owned = expected
            .iter()
            .map(|(at, code)| ((*at).to_owned(), (*code).to_owned()));
        owned.collect()
    };
    let wrong = json!({"product_code": "smime-org-strict-365-renewal", "language": "xx",
        "alias": "x".repeat(101), "contacts": {"technical": "nobody"}});
    let expected = pairs(&[
        ("/alias", "text-invalid"),
        ("/language", "language-unsupported"),
        ("/contacts/technical", "email-invalid"),
        ("/product_code", "product-not-orderable"),
        ("/customer_ref", "member-missing"),
    ]);
    assert_eq!(found(wrong.clone()), expected);
    // The order itself is refused for the same reasons.
    let refusal = instance.post("customer", "/orders", &Call::json(&wrong).fresh_key());
    let errors = refused(&refusal, 422, "validation-failed");
    let codes = errors["errors"].as_array().unwrap().iter();
    assert_eq!(codes.count(), expected.len());
    let nothing = pairs(&[("/product_code", "member-missing")]);
    assert_eq!(found(json!({})), nothing);
    let unknown = json!({"product_code": "none", "customer_ref": "c-1"});
    assert_eq!(
        found(unknown),
        pairs(&[("/product_code", "product-unknown")])
    );
    assert_eq!(rows(&instance).await, before);

    refused(
        &dry("customer", &json!({"colour": 1})),
        400,
        "unknown-member",
    );
    refused(&dry("officer", &order()), 403, "role-forbidden");
    refused(&dry("partner", &order()), 400, "acting-for-missing");
    let list = instance.get("customer", "/orders").ok();
    assert_eq!(list["items"], json!([]));
    let taken = instance.post("customer", "/orders", &Call::json(&order()).key("ignored"));
    assert_eq!(taken.status, 201);
}

/// Rows under Idempotency-Keys and audit entries.
async fn rows(instance: &Instance) -> (i64, i64) {
    let url = format!("sqlite://{}?mode=ro", instance.path("ca.db").display());
    let mut database = SqliteConnection::connect(&url).await.unwrap();
    let mut count = async |sql: &'static str| {
        let row = sqlx::query(sql).fetch_one(&mut database).await.unwrap();
        row.get::<i64, _>(0)
    };
    (
        count("SELECT count(*) FROM idempotency").await,
        count("SELECT count(*) FROM audit_entry").await,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_act_is_refused_the_same_under_its_key() {
    let mut instance = Instance::start();
    let made = |instance: &Instance| {
        let call = Call::json(&order()).fresh_key();
        let order = instance.post("customer", "/orders", &call).ok();
        order["id"].as_str().unwrap().to_owned()
    };
    let id = made(&instance);
    let path = format!("/orders/{id}/activation");
    let body = json!({"common_name": "organization", "fields": [], "key_method": "csr",
        "csr": "x", "statements": []});
    let (none, entries) = rows(&instance).await;
    let polish = Call::json(&body).key("k").header("Accept-Language: pl");
    let first = instance.post("customer", &path, &polish);
    refused(&first, 409, "step-blocked");
    // The very bytes, request id and language included; only the row was written.
    let again = instance.post("customer", &path, &Call::json(&body).key("k"));
    assert_eq!((again.status, &again.bytes), (409, &first.bytes));
    assert_eq!(rows(&instance).await, (none + 1, entries));
    let other = instance.post("customer", "/orders", &Call::json(&order()).key("k"));
    refused(&other, 422, "idempotency-key-reused");

    // It is judged again under another key, and stays refused under its own when things change.
    let note = Call::default();
    let cancelled = instance.post("customer", &format!("/orders/{id}/cancel"), &note);
    cancelled.ok();
    let fresh = instance.post("customer", &path, &Call::json(&body).fresh_key());
    refused(&fresh, 409, "order-state-conflict");
    // Even after a restart.
    restart(&mut instance);
    let again = instance.post("customer", &path, &Call::json(&body).key("k"));
    assert_eq!((again.status, &again.bytes), (409, &first.bytes));

    // An order that is not there: 404 is an answer too.
    let nothing = "/orders/ord_01890000-0000-7000-8000-000000000000/activation";
    let first = instance.post("customer", nothing, &Call::json(&body).key("n"));
    refused(&first, 404, "not-found");
    let again = instance.post("customer", nothing, &Call::json(&body).key("n"));
    assert_eq!(again.bytes, first.bytes);

    // What was never judged leaves the key free: another role, another body, no JSON.
    for (who, call, status) in [
        ("operator", Call::json(&order()), 403),
        ("customer", Call::json(&json!({"a": 1})), 400),
        (
            "customer",
            Call::default().header(KIND).bytes(b"{".to_vec()),
            400,
        ),
    ] {
        let answer = instance.post(who, "/orders", &call.key("free"));
        assert_eq!(answer.status, status);
    }
    let made = instance.post("customer", "/orders", &Call::json(&order()).key("free"));
    assert_eq!(made.status, 201);
}

#[test]
fn who_is_refused_without_end_is_still_told_why() {
    let instance = Instance::start();
    // A kibibyte and more each, so that the allowance is soon used up.
    let statement = json!({"id": "none", "version": 1, "accepted_at": "2026-01-01T00:00:00Z"});
    let body = json!({"organization": "Example", "country": "PL", "state_or_province": "x",
        "locality": "y", "verification": {"method": "document"}});
    let set = instance.post("customer", "/subject-data", &Call::json(&body).fresh_key());
    let path = format!("/subject-data/{}/submit", set.ok()["id"].as_str().unwrap());
    let many = json!({"statements": vec![statement; 600]});
    let submit = |key: usize| {
        let call = Call::json(&many).key(&format!("refused-{key}"));
        instance.post("customer", &path, &call)
    };
    let told: Vec<Answer> = (0..20).map(submit).collect();
    for answer in &told {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (422, "statement-missing")
        );
    }
    // The first is remembered; the last is judged again, by a request of another id.
    assert_eq!(submit(0).bytes, told[0].bytes);
    assert_ne!(submit(19).bytes, told[19].bytes);
    instance
        .post("customer", "/orders", &Call::json(&order()).fresh_key())
        .ok();
}

#[test]
fn keys_of_different_owners_never_meet() {
    let instance = Instance::start();
    let call = |customer: &str| {
        let body = json!({"product_code": "smime-org-multipurpose-365-issue"});
        let call = Call::json(&body).key("same");
        let call = call.header(&format!("Acting-For: {customer}"));
        instance.post("partner", "/orders", &call)
    };
    let (one, two) = (call("client-1"), call("client-2"));
    assert_eq!((one.status, two.status), (201, 201));
    assert_ne!(one.bytes, two.bytes);
}

#[test]
fn lists_are_strict_and_walk_by_cursor() {
    let instance = Instance::start();
    for _ in 0..3 {
        let call = Call::json(&order()).fresh_key();
        instance.post("customer", "/orders", &call).ok();
    }
    let (mut path, mut seen) = ("/orders?limit=2".to_owned(), Vec::new());
    loop {
        let list = instance.get("customer", &path).ok();
        let items = list["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["id"].clone()));
        let Some(next) = list["next"].as_str() else {
            break;
        };
        path = format!("/orders?limit=2&cursor={next}");
    }
    seen.dedup();
    assert_eq!(seen.len(), 3);
    for (query, code) in [
        ("limit=0", "parameter-invalid"),
        ("limit=201", "parameter-invalid"),
        ("limit=2&limit=3", "parameter-invalid"),
        ("cursor=%25", "cursor-invalid"),
        ("status=open", "unknown-parameter"),
    ] {
        let answer = instance.get("customer", &format!("/orders?{query}"));
        refused(&answer, 400, code);
    }
}

#[test]
fn products_have_fields_methods_and_statements() {
    let instance = Instance::start();
    let list = instance.get("customer", "/products").ok();
    let products = list["items"].as_array().unwrap();
    assert_eq!(products.len(), 8);
    assert_eq!(list["next"], Value::Null);
    let first = &products[0];
    assert_eq!(first["name"]["en"], "S/MIME Organization 365 days - issue");
    assert_eq!(first["key_methods"], json!(["csr"]));
    let steps: Vec<_> = first["statements"].as_array().unwrap().iter().collect();
    for step in ["data", "activation"] {
        assert!(steps.iter().any(|statement| statement["step"] == step));
    }
}

/// Whatever is described is served. A role that may not gets 403, which a route that is not there
/// never gives.
#[test]
fn every_described_call_is_served() {
    let instance = Instance::start();
    let description = instance.get("customer", "/openapi.json").ok();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths = description["paths"].as_object().unwrap();
    let mut calls = 0;
    for (path, operations) in paths {
        let below = path.strip_prefix("/v1").unwrap();
        let filled = below.replace(['{', '}'], "");
        for (method, operation) in operations.as_object().unwrap() {
            let method = method.to_uppercase();
            let told = operation["responses"].as_object().unwrap();
            assert!(
                told.contains_key("4XX"),
                "{method} {path} describes no refusal"
            );
            // An identity that may call nothing of this: the other half of the roles.
            let of_frontends = ["/orders", "/subject-data", "/events"];
            let who = if of_frontends.iter().any(|family| below.starts_with(family)) {
                "operator"
            } else {
                "customer"
            };
            let answer = instance.call(who, &method, &filled, &Call::default());
            let code = answer.code();
            assert_ne!(code, "method-not-allowed", "{method} {path}");
            let absent = answer.status == 404 && !path.contains('{');
            assert!(!absent, "{method} {path}: {code}");
            calls += 1;
        }
    }
    assert!(calls > 40, "{calls} calls are described");
}
