//! The last step when something is wrong: every fault has its code, and nothing is left behind.

use serde_json::{Value, json};

use crate::{
    instance::Call,
    world::{Client, PRODUCT, accepted, faults, fixture, fixtures, refused, shared, submission},
};

const GOOD: &str = "good/openssl-ec-prime256v1.pem";

fn changed(name: &str, value: Value) -> Value {
    let mut body = submission(&fixture(GOOD));
    body[name] = value;
    body
}

/// Nothing was begun, and the order stands as it stood.
fn assert_untouched(client: &Client, order: &str) {
    let state = client.get(&format!("/orders/{order}/activation"));
    assert_eq!(state.refusal(), refused(404, "not-found"));
    let order = client.get(&format!("/orders/{order}")).ok();
    assert_eq!(order["status_code"], "ready_for_activation");
}

type Faults<'a> = Vec<(&'a str, &'a str)>;

/// Each body is refused with exactly these faults, and begins nothing.
fn assert_refused(cases: Vec<(Value, Faults)>) {
    let world = shared();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    for (body, expected) in cases {
        let answer = client.activate(&order, &body);
        assert_eq!(answer.status, 422, "{body}");
        let found = faults(&answer);
        let found: Faults = found.iter().map(|(at, code)| (&**at, &**code)).collect();
        assert_eq!(found, expected, "{}", answer.json());
        let message = &answer.json()["errors"][0]["message"];
        assert_ne!(message["en"], message["pl"], "{message}");
    }
    assert_untouched(&client, &order);
}

#[test]
fn every_choice_that_is_not_on_offer_is_named() {
    let all = [
        "email",
        "organization",
        "organization_identifier",
        "country",
    ];
    // Not verified, so not on offer; and one that is on offer, twice.
    let more = [&all[..], &["state_or_province", "email"]].concat();
    let not_selectable = |at| (at, "field-not-selectable");
    let required = ("/fields", "field-required");
    assert_refused(vec![
        (
            changed("common_name", json!("Somebody Else")),
            vec![not_selectable("/common_name")],
        ),
        (changed("fields", json!(all[1..])), vec![required]),
        (changed("fields", json!([])), vec![required; 4]),
        (
            changed("fields", json!(more)),
            vec![not_selectable("/fields/4"), not_selectable("/fields/5")],
        ),
        (
            changed("key_method", json!("pkcs12")),
            vec![("/key_method", "key-method-unsupported")],
        ),
    ]);
}

#[test]
fn statements_are_accepted_whole_in_their_version_and_in_time() {
    let mine = accepted("subscriber-agreement");
    let theirs = accepted("certificate-content");
    let with = |name: &str, value: Value| {
        let mut statement = theirs.clone();
        statement[name] = value;
        statement
    };
    let missing = ("/statements", "statement-missing");
    let unknown = |at| (at, "statement-unknown");
    assert_refused(vec![
        (changed("statements", json!([])), vec![missing; 2]),
        (changed("statements", json!([mine])), vec![missing]),
        (
            changed("statements", json!([mine, with("version", json!(2))])),
            vec![unknown("/statements/1"), missing],
        ),
        (
            changed("statements", json!([mine, with("id", json!("other"))])),
            vec![unknown("/statements/1"), missing],
        ),
        (
            // A statement of the data step is not one of this step.
            changed(
                "statements",
                json!([mine, theirs, accepted("data-correct")]),
            ),
            vec![unknown("/statements/2")],
        ),
        (
            changed("statements", json!([mine, theirs, mine])),
            vec![unknown("/statements/2")],
        ),
        (
            changed(
                "statements",
                json!([mine, with("accepted_at", json!("2099-01-01T00:00:00Z"))]),
            ),
            vec![
                ("/statements/1/accepted_at", "statement-time-invalid"),
                missing,
            ],
        ),
    ]);
}

#[test]
fn all_faults_come_at_once_and_again_under_their_key() {
    let world = shared();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let path = format!("/orders/{order}/activation");
    let mut wrong = changed("common_name", json!("Somebody Else"));
    wrong["csr"] = json!(fixture("bad/csr-signature-invalid-ec.pem"));
    wrong["statements"] = json!([accepted("subscriber-agreement")]);
    let call = |body| Call::json(body).key("corrected");
    let answer = client.call("POST", &path, &call(&wrong));
    assert_eq!(answer.status, 422);
    let mut found = faults(&answer);
    found.sort();
    let expected = [
        ("/common_name", "field-not-selectable"),
        ("/csr", "csr-signature-invalid"),
        ("/statements", "statement-missing"),
    ];
    assert_eq!(
        found,
        expected.map(|(at, code)| (at.to_owned(), code.to_owned()))
    );
    assert_untouched(&client, &order);
    let again = client.call("POST", &path, &call(&wrong));
    assert_eq!((again.status, again.bytes), (422, answer.bytes));
    let right = submission(&fixture(GOOD));
    let corrected = client.call("POST", &path, &call(&right));
    assert_eq!(corrected.refusal(), refused(422, "idempotency-key-reused"));
    assert_eq!(client.activate(&order, &right).status, 201);
}

#[test]
fn wrong_bodies_and_wrong_callers_are_refused_before_anything_else() {
    let world = shared();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let path = format!("/orders/{order}/activation");
    let right = submission(&fixture(GOOD));
    let keyless = client.call("POST", &path, &Call::json(&right));
    assert_eq!(keyless.refusal(), refused(400, "idempotency-key-missing"));
    let unknown = client.activate(&order, &changed("subject", json!("CN=x")));
    assert_eq!(unknown.refusal(), refused(400, "unknown-member"));
    let mut without = right.clone();
    without.as_object_mut().unwrap().remove("csr");
    let missing = client.activate(&order, &without);
    assert_eq!(missing.refusal(), refused(422, "validation-failed"));
    assert_eq!(
        faults(&missing),
        [("/csr".to_owned(), "member-missing".to_owned())]
    );
    let long = client.activate(&order, &changed("csr", json!("x".repeat(70_000))));
    assert_eq!(long.refusal(), refused(413, "payload-too-large"));
    for who in ["specialist", "officer", "operator", "auditor", "security"] {
        let call = Call::json(&right).fresh_key();
        let answer = world.instance.post(who, &path, &call);
        assert_eq!(answer.refusal(), refused(403, "role-forbidden"), "{who}");
    }
    // Whatever else is wrong, another's order is not there.
    let wrong = changed("csr", json!("none"));
    for (ra, customer) in [("customer", "c-2"), ("partner", "c-1")] {
        for body in [&right, &wrong] {
            let answer = world.client(ra, customer).activate(&order, body);
            assert_eq!(answer.refusal(), refused(404, "not-found"), "{ra}");
        }
    }
    assert_untouched(&client, &order);
}

#[test]
fn a_step_too_early_names_exactly_what_is_missing() {
    let world = shared();
    let client = world.first();
    let body = submission(&fixture(GOOD));
    let blocked = |order: &str, missing: &[&str]| {
        let options = client.get(&format!("/orders/{order}/activation/options"));
        for answer in [client.activate(order, &body), options] {
            assert_eq!(answer.refusal(), refused(409, "step-blocked"));
            assert_eq!(answer.json()["blocked_by"], json!(missing));
        }
        let steps = client.get(&format!("/orders/{order}")).ok()["steps"].clone();
        let expected = json!({"state": "blocked", "blocked_by": missing});
        assert_eq!(steps["activation"], expected);
    };
    let (data, email) = ("data-set-not-verified", "email-not-verified");
    let empty = client.order(PRODUCT);
    blocked(&empty, &[data, email]);
    let unset = client.call(
        "POST",
        &format!("/orders/{empty}/email/resend"),
        &Call::default(),
    );
    assert_eq!(unset.status, 409);
    let unverified = crate::desk::Desk::open(&world.instance, "customer", "c-1").data;
    let submitted = client.bound(&unverified);
    blocked(&submitted, &[data, email]);
    client.confirmed(&submitted);
    blocked(&submitted, &[data]);
    let verified = client.bound(&world.data);
    blocked(&verified, &[email]);
    let address = crate::world::fresh_address();
    client.set_address(&verified, &address).ok();
    blocked(&verified, &[email]);
    client.confirm(&verified, &world.code(&address, &[])).ok();
    let both = client.get(&format!("/orders/{verified}")).ok();
    assert_eq!(both["steps"]["activation"], json!({"state": "available"}));
    client
        .call("POST", &format!("/orders/{empty}/cancel"), &Call::default())
        .ok();
    let cancelled = client.activate(&empty, &body);
    assert_eq!(cancelled.refusal(), refused(409, "order-state-conflict"));
}

#[test]
fn every_bad_request_gets_its_code() {
    let world = shared();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    for (name, text) in fixtures("bad") {
        let answer = client.activate(&order, &submission(&text));
        assert_eq!(answer.status, 422, "{name}");
        assert!(
            name.starts_with(&answer.code()),
            "{name}: {}",
            answer.code()
        );
        assert_eq!(faults(&answer), [("/csr".to_owned(), answer.code())]);
        let message = &answer.json()["message"];
        assert_ne!(message["en"], message["pl"], "{name}");
    }
    assert_untouched(&client, &order);
}

#[test]
fn a_key_is_one_owners_and_a_leaked_one_nobodys() {
    let world = shared();
    let client = world.first();
    let (key, csr) = crate::openssl::new_key();
    client.issued(&csr);
    // The same owner may have another certificate for it.
    client.issued(&csr);
    let partner = world.client("partner", "c-1");
    let data = partner.verified_data();
    let (order, _) = partner.ready(&data);
    let reused = partner.activate(&order, &submission(&csr));
    assert_eq!(reused.refusal(), refused(422, "csr-key-reused"));
    let check = json!({"product_code": PRODUCT, "csr": key});
    let burnt = client.call("POST", "/csr-checks", &Call::json(&check)).ok();
    assert_eq!(burnt["findings"][0]["code"], "csr-contains-private-key");
    let (second, _) = client.ready(&world.data);
    let compromised = client.activate(&second, &submission(&csr));
    assert_eq!(compromised.refusal(), refused(422, "csr-key-compromised"));
    assert_untouched(&client, &second);
    // A key pasted into an activation burns as well.
    let (key, csr) = crate::openssl::new_key();
    let pasted = client.activate(&second, &submission(&format!("{csr}{key}")));
    assert_eq!(pasted.refusal(), refused(422, "csr-contains-private-key"));
    let compromised = client.activate(&second, &submission(&csr));
    assert_eq!(compromised.refusal(), refused(422, "csr-key-compromised"));
    // Whatever else is wrong with the body.
    let (key, csr) = crate::openssl::new_key();
    let mut wrong = submission(&format!("{csr}{key}"));
    wrong["key_method"] = json!("pkcs12");
    let pasted = client.activate(&second, &wrong);
    let found = [
        ("/key_method", "key-method-unsupported"),
        ("/csr", "csr-contains-private-key"),
    ];
    let found = found.map(|(at, code)| (at.to_owned(), code.to_owned()));
    assert_eq!(faults(&pasted), found);
    let compromised = client.activate(&second, &submission(&csr));
    assert_eq!(compromised.refusal(), refused(422, "csr-key-compromised"));
}
