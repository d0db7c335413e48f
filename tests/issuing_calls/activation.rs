//! The last step when all is well: what is offered, what is submitted, what becomes of it.

use serde_json::json;

use crate::{
    instance::Call,
    openssl::{public_key, verify},
    world::{PRODUCT, fixture, refused, shared, submission},
};

#[test]
fn a_key_of_each_kind_gets_its_certificate() {
    let world = shared();
    let client = world.first();
    for (file, purpose) in [
        ("openssl-rsa-2048.pem", "smimeencrypt"),
        ("openssl-ec-prime256v1.pem", "smimesign"),
        ("openssl-ec-secp384r1.pem", "smimesign"),
        ("openssl-ec-secp521r1.pem", "smimesign"),
    ] {
        let (order, address) = client.ready(&world.data);
        let csr = fixture(&format!("good/{file}"));
        let answer = client.activate(&order, &submission(&csr));
        let certificate = answer.ok();
        assert_eq!(answer.status, 201, "{file}");
        let pem = certificate["pem"].as_str().unwrap();
        assert_eq!(public_key("x509", pem), public_key("req", &csr), "{file}");
        let path = format!("/certificates/{}", certificate["id"].as_str().unwrap());
        let chain = client.get(&format!("{path}/chain")).bytes;
        verify(&world.instance.path("root.pem"), &chain, pem, purpose);
        assert_eq!(answer.location, Some(format!("/v1{path}")));
        assert_eq!(
            (&certificate["sans"], &certificate["product_code"]),
            (&json!([address]), &json!(PRODUCT))
        );
        let state = client.get(&format!("/orders/{order}/activation")).ok();
        assert_eq!(
            (&state["state"], &state["certificate_id"]),
            (&json!("issued"), &certificate["id"])
        );
        assert_eq!(state["activation_id"], certificate["activation_id"]);
        assert_eq!(state["order_id"], json!(order));
        let order = client.get(&format!("/orders/{order}")).ok();
        assert_eq!(
            (&order["status_code"], &order["certificate_id"]),
            (&json!("issued"), &certificate["id"])
        );
    }
}

#[test]
fn the_offer_is_what_was_verified() {
    let world = shared();
    let client = world.first();
    let (order, address) = client.ready(&world.data);
    let path = format!("/orders/{order}/activation/options");
    let offer = client.get(&path).ok();
    assert_eq!(
        offer["common_name"],
        json!([
            {"value": "Example sp. z o.o.", "source": "organization"},
            {"value": address, "source": "email"},
        ])
    );
    let field = |name: &str, value: &str, required: bool| json!({"name": name, "value": value, "required": required, "selected": true});
    assert_eq!(
        offer["fields"],
        json!([
            field("email", &address, true),
            field("organization", "Example sp. z o.o.", true),
            field("organization_identifier", "NTRPL-0012345678", true),
            field("country", "PL", true),
            field("locality", "Warszawa", false),
        ])
    );
    assert_eq!(offer["key_methods"], json!(["csr"]));
    assert_eq!(world.instance.get("auditor", &path).ok(), offer);
    let foreign = world.client("customer", "c-2").get(&path);
    assert_eq!(foreign.refusal(), refused(404, "not-found"));
}

#[test]
fn the_subject_is_what_was_chosen() {
    let world = shared();
    let client = world.first();
    let (_, csr) = crate::openssl::new_key();
    for (choice, is_mailbox) in [("email", true), ("Example sp. z o.o.", false)] {
        let order = client.bound_of("smime-org-strict-730-issue", &world.data);
        let address = client.confirmed(&order);
        let mut body = submission(&csr);
        body["common_name"] = json!(choice);
        body["fields"] = json!([
            "organization_identifier",
            "organization",
            "country",
            "email"
        ]);
        let certificate = client.activate(&order, &body).ok();
        let subject = certificate["subject"].as_str().unwrap();
        let name = if is_mailbox { &address } else { choice };
        assert!(subject.contains(&format!("CN={name}")), "{subject}");
        assert!(subject.contains("NTRPL-0012345678"), "{subject}");
        // Dropped by choice; and nothing of the request's own subject is there.
        for absent in ["Warszawa", "Mallory"] {
            assert!(!subject.contains(absent), "{subject}");
        }
    }
}

#[test]
fn an_order_is_activated_once() {
    let world = shared();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let path = format!("/orders/{order}/activation");
    let body = submission(&fixture("good/openssl-ec-prime256v1.pem"));
    let call = |body| Call::json(body).key("activate-once");
    let first = client.call("POST", &path, &call(&body));
    assert_eq!(first.status, 201, "{}", first.json());
    let again = client.call("POST", &path, &call(&body));
    assert_eq!(
        (again.status, again.bytes, again.location),
        (201, first.bytes, first.location)
    );
    let mut other = body.clone();
    other["common_name"] = json!("email");
    let reused = client.call("POST", &path, &call(&other));
    assert_eq!(reused.refusal(), refused(422, "idempotency-key-reused"));
    // The same key under another order is another request too.
    let (second, _) = client.ready(&world.data);
    let elsewhere = client.call(
        "POST",
        &format!("/orders/{second}/activation"),
        &call(&body),
    );
    assert_eq!(elsewhere.refusal(), refused(422, "idempotency-key-reused"));
    let fresh = client.activate(&order, &body);
    assert_eq!(fresh.refusal(), refused(409, "order-state-conflict"));
    let options = client.get(&format!("{path}/options"));
    assert_eq!(options.refusal(), refused(409, "order-state-conflict"));
    let cancel = client.post(&format!("/orders/{order}/cancel"), &json!({}));
    assert_eq!(cancel.refusal(), refused(409, "order-state-conflict"));
    let listed = client.get(&format!("/certificates?order_id={order}")).ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}
