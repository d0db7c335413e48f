//! Revocation from outside: who may, why, once, and that relying parties see it.

use std::{fs, process::Command};

use serde_json::{Value, json};

use crate::{
    instance::{Answer, Call},
    keys::metrics,
    late::{await_crl, shimmed},
    openssl::new_key,
    world::{Client, PRODUCT, World, faults, refused, shared, submission},
};

/// Calls that may pass until a list is signed: far more than any run needs.
const PATIENCE: u32 = 3_000;

fn member(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap().to_owned()
}

fn new(client: &Client) -> Value {
    client.issued(&new_key().1)
}

fn revoke(client: &Client, certificate: &str, body: &Value) -> Answer {
    client.post(&format!("/certificates/{certificate}/revocations"), body)
}

fn by(world: &World, who: &str, certificate: &str, body: &Value) -> Answer {
    let path = format!("/certificates/{certificate}/revocations");
    let call = Call::json(body).fresh_key();
    world.instance.post(who, &path, &call)
}

/// The revocation once a list holds it; each look paces the loop.
fn published(client: &Client, id: &str) -> Value {
    let look = || client.get(&format!("/revocations/{id}")).ok();
    let found = (0..PATIENCE).map(|_| look());
    let mut found = found.filter(|revocation| revocation["state"] == "published");
    found.next().expect("the revocation is on no list")
}

/// What `openssl verify -crl_check` says of a leaf under the list that is served.
fn judged(world: &World, leaf: &Value) -> String {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let crl = format!("{}/crl/issuing-g1/0.crl", world.instance.public);
    let chain = format!("/certificates/{}/chain", member(leaf, "id"));
    fs::write(at("leaf.pem"), member(leaf, "pem")).unwrap();
    fs::write(at("chain.pem"), world.instance.get("auditor", &chain).bytes).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(dir.path())
            .output()
            .unwrap();
        String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap()
    };
    run("curl", &["-sf", "-o", "crl.der", &crl]);
    run(
        "openssl",
        &["crl", "-inform", "DER", "-in", "crl.der", "-out", "crl.pem"],
    );
    run(
        "openssl",
        &[
            "verify",
            "-partial_chain",
            "-crl_check",
            "-trusted",
            "chain.pem",
            "-CRLfile",
            "crl.pem",
            "leaf.pem",
        ],
    )
}

fn entry(list: &Value, order: &str, kind: &str) -> Vec<(String, String)> {
    let items = list["items"].as_array().unwrap().iter();
    let of = items.filter(|mail| mail["order_id"] == json!(order) && mail["kind"] == kind);
    of.map(|mail| (member(mail, "recipient"), member(mail, "state")))
        .collect()
}

#[test]
fn a_revoked_certificate_is_refused_by_openssl_and_shown_as_revoked() {
    let world = shared();
    let client = world.first();
    let order = json!({
        "product_code": PRODUCT,
        "customer_ref": client.customer,
        "contacts": {"revocation": "security@example.com"},
    });
    let order = member(&client.post("/orders", &order).ok(), "id");
    let data = json!({"subject_data_id": world.data});
    client.put(&order, "subject-data", &data).ok();
    let address = client.confirmed(&order);
    let leaf = client.activate(&order, &submission(&new_key().1)).ok();
    await_crl(&world);
    assert!(
        judged(&world, &leaf).contains("OK"),
        "{}",
        judged(&world, &leaf)
    );
    let id = member(&leaf, "id");
    let body =
        json!({"reason": "affiliationChanged", "note": "Zażółć", "acting_for": {"user_id": "u-1"}});
    let answer = revoke(&client, &id, &body);
    let case = answer.json();
    assert_eq!(
        (answer.status, &case["reason"]),
        (202, &json!("affiliationChanged")),
        "{case}"
    );
    let at = format!("/v1/revocations/{}", member(&case, "id"));
    assert_eq!(answer.location, Some(at));
    assert_eq!(
        client.get(&format!("/certificates/{id}")).ok()["state"],
        "revoked"
    );
    let case = published(&client, &member(&case, "id"));
    assert!(
        case["published_at"].is_string() && case["crl_number"].is_string(),
        "{case}"
    );
    assert!(judged(&world, &leaf).contains("certificate revoked"));
    let shown = client.get(&format!("/certificates/{id}")).ok();
    assert_eq!(shown["revocation"]["reason"], "affiliationChanged");
    let order_shown = client.get(&format!("/orders/{order}")).ok();
    assert_eq!(order_shown["status_code"], "revoked");
    let feed = client.get("/events?limit=200").ok();
    let feed = feed["items"].as_array().unwrap().iter();
    let feed = feed.filter(|event| event["object"]["id"] == json!(id));
    let kinds: Vec<String> = feed.map(|event| member(event, "type")).collect();
    assert_eq!(
        kinds,
        [
            "certificate.issued",
            "certificate.revoking",
            "certificate.revoked"
        ]
    );
    is_told(&world, &client, &leaf, [&address, "security@example.com"]);
}

/// The owner's line, and a mail to each recipient: that it is recorded, and that it is published.
fn is_told(world: &World, client: &Client, leaf: &Value, recipients: [&str; 2]) {
    let (id, order) = (member(leaf, "id"), member(leaf, "order_id"));
    let told = client.get("/notifications?tab=information&limit=200").ok();
    let line = told["items"].as_array().unwrap().iter();
    let mut line = line.filter(|line| line["code"] == "certificate-revoked");
    assert!(line.any(|line| line["object_id"] == json!(id) || line.to_string().contains(&id)));
    let mails = |kind: &str| {
        let list = world.instance.get("operator", "/mails?limit=200").ok();
        entry(&list, &order, kind)
    };
    let sent = |mail: &str| (mail.to_owned(), "sent".to_owned());
    for (kind, subject) in [
        ("revocation-requested", "Your certificate is being revoked"),
        ("revoked", "Your certificate is revoked"),
    ] {
        let out = (0..PATIENCE).any(|_| {
            let mut mails = mails(kind);
            mails.sort();
            mails == recipients.map(sent)
        });
        assert!(out, "{kind}: {:?}", mails(kind));
        let letters = world.sink.mails();
        let subject = format!("Subject: {subject}");
        let mut letters = letters.iter().filter(|mail| mail.contains(&subject));
        assert!(letters.any(|mail| mail.contains(&member(leaf, "serial"))));
    }
}

#[test]
fn a_revocation_is_final() {
    let world = shared();
    let client = world.first();
    let leaf = new(&client);
    let id = member(&leaf, "id");
    let path = format!("/certificates/{id}/revocations");
    let call = Call::json(&json!({"reason": "superseded"})).key(&id);
    let first = client.call("POST", &path, &call);
    assert_eq!(first.status, 202, "{}", first.json());
    let case = published(&client, &member(&first.json(), "id"));
    let again = client.call("POST", &path, &call);
    assert_eq!((again.status, again.json()), (202, case));
    for (who, reason) in [
        ("customer", "keyCompromise"),
        ("officer", "privilegeWithdrawn"),
    ] {
        let late = if who == "customer" {
            revoke(&client, &id, &json!({"reason": reason}))
        } else {
            by(
                &world,
                who,
                &member(&leaf, "serial"),
                &json!({"reason": reason}),
            )
        };
        assert_eq!(late.refusal(), refused(409, "already-revoked"), "{who}");
    }
    let shown = client.get(&format!("/certificates/{id}")).ok();
    assert_eq!(shown["revocation"]["reason"], "superseded");
}

/// Test idea 23 of the flows.
#[test]
fn a_revocation_by_a_non_owner_is_not_found() {
    let world = shared();
    let leaf = new(&world.first());
    let path = format!("/certificates/{}/revocations", member(&leaf, "id"));
    let body = json!({"reason": "superseded"});
    for (ra, customer) in [("customer", "c-2"), ("partner", "c-1")] {
        let answer = world.client(ra, customer).post(&path, &body);
        assert_eq!(answer.refusal(), refused(404, "not-found"), "{ra}");
    }
    let path = format!("/certificates/{}", member(&leaf, "id"));
    assert_eq!(world.first().get(&path).ok()["state"], "valid");
}

#[test]
fn only_the_owner_and_the_house_revoke_and_each_for_its_reasons() {
    let world = shared();
    let client = world.first();
    let leaf = new(&client);
    let (id, serial) = (member(&leaf, "id"), member(&leaf, "serial"));
    for (ra, customer) in [("customer", "c-2"), ("partner", "c-1")] {
        for name in [&id, &serial] {
            let foreign = revoke(&world.client(ra, customer), name, &json!({}));
            assert_eq!(foreign.refusal(), refused(404, "not-found"), "{ra}");
        }
    }
    for who in ["operator", "auditor"] {
        let answer = by(&world, who, &id, &json!({}));
        assert_eq!(answer.refusal(), refused(403, "role-forbidden"), "{who}");
    }
    for reason in [
        "privilegeWithdrawn",
        "certificateHold",
        "cACompromise",
        "unspecified",
        "superseded ",
    ] {
        let answer = revoke(&client, &id, &json!({"reason": reason}));
        assert_eq!(
            answer.refusal(),
            refused(422, "reason-not-allowed"),
            "{reason}"
        );
        assert_eq!(
            faults(&answer),
            [("/reason".to_owned(), "reason-not-allowed".to_owned())]
        );
    }
    let dated = |reason: &str, date: &str| {
        let body = json!({"reason": reason, "compromise_date": date});
        revoke(&client, &id, &body).refusal()
    };
    let not_allowed = refused(422, "compromise-date-not-allowed");
    assert_eq!(dated("superseded", "2026-01-01T00:00:00Z"), not_allowed);
    let invalid = refused(422, "compromise-date-invalid");
    assert_eq!(dated("keyCompromise", "2020-01-01T00:00:00Z"), invalid);
    assert_eq!(dated("keyCompromise", "2190-01-01T00:00:00Z"), invalid);
    assert_eq!(
        dated("keyCompromise", "yesterday"),
        refused(422, "validation-failed")
    );
    let long = json!({"note": "x".repeat(251)});
    assert_eq!(
        revoke(&client, &id, &long).refusal(),
        refused(422, "validation-failed")
    );
    assert_eq!(
        client.get(&format!("/certificates/{id}")).ok()["state"],
        "valid"
    );
    let withdrawn = by(
        &world,
        "specialist",
        &serial,
        &json!({"reason": "privilegeWithdrawn"}),
    );
    assert_eq!(withdrawn.status, 202, "{}", withdrawn.json());
    let case = format!("/revocations/{}", member(&withdrawn.json(), "id"));
    for who in ["officer", "security", "auditor"] {
        assert_eq!(
            world.instance.get(who, &case).ok()["certificate_id"],
            json!(id)
        );
    }
    let foreign = world.client("customer", "c-2").get(&case);
    assert_eq!(foreign.refusal(), refused(404, "not-found"));
}

#[test]
fn a_compromised_key_is_blocked_and_takes_its_other_certificates_along() {
    let world = shared();
    let client = world.first();
    let (_, csr) = new_key();
    let [one, other] = [client.issued(&csr), client.issued(&csr)];
    let before = member(&one, "not_before");
    let body = json!({"reason": "keyCompromise", "compromise_date": before});
    let answer = revoke(&client, &member(&one, "id"), &body);
    assert_eq!(answer.status, 202, "{}", answer.json());
    assert_eq!(answer.json()["compromise_date"], json!(before));
    for leaf in [&one, &other] {
        falls(&client, leaf);
        let list = world.instance.get("operator", "/mails?limit=200").ok();
        let told = entry(&list, &member(leaf, "order_id"), "revocation-requested");
        assert_eq!(told.len(), 1, "{told:?}");
    }
    let check = client.call(
        "POST",
        "/csr-checks",
        &Call::json(&json!({"product_code": PRODUCT, "csr": csr})),
    );
    assert!(check.ok().to_string().contains("csr-key-compromised"));
    let blocked = world
        .instance
        .get("security", "/blocked-keys?limit=200")
        .ok();
    assert!(blocked.to_string().contains("\"owner\""), "{blocked}");
}

/// Waits until a certificate is revoked for its key.
fn falls(client: &Client, leaf: &Value) {
    let path = format!("/certificates/{}", member(leaf, "id"));
    let reason = || client.get(&path).ok()["revocation"]["reason"].clone();
    let fallen = (0..PATIENCE).any(|_| reason() == "keyCompromise");
    assert!(fallen, "{}", reason());
}

/// What is said of the key counts also where the certificate is beyond revoking; and whoever
/// blocks a key, or pastes its private half, ends its certificates.
#[test]
fn whatever_blocks_a_key_ends_its_certificates() {
    let world = shared();
    let client = world.first();
    let (_, csr) = new_key();
    let [one, other] = [client.issued(&csr), client.issued(&csr)];
    let id = member(&one, "id");
    revoke(&client, &id, &json!({"reason": "superseded"})).ok();
    let late = revoke(&client, &id, &json!({"reason": "keyCompromise"}));
    assert_eq!(late.refusal(), refused(409, "already-revoked"));
    falls(&client, &other);
    let shown = client.get(&format!("/certificates/{id}")).ok();
    assert_eq!(shown["revocation"]["reason"], "superseded");

    let (key, csr) = new_key();
    let pasted = client.issued(&csr);
    let body = json!({"product_code": PRODUCT, "csr": key});
    client.call("POST", "/csr-checks", &Call::json(&body)).ok();
    falls(&client, &pasted);

    let reported = new(&client);
    let body = json!({"key": member(&reported, "pem")});
    world
        .instance
        .post("security", "/blocked-keys", &Call::json(&body))
        .ok();
    falls(&client, &reported);
}

#[test]
fn a_revocation_is_recorded_while_nothing_can_be_signed_and_published_later() {
    let dir = tempfile::tempdir().unwrap();
    let world = shimmed(dir.path());
    let client = world.first();
    let leaf = new(&client);
    await_crl(&world);
    let order = member(&leaf, "order_id");
    // The next signature hangs: the list's.
    fs::write(dir.path().join("trigger"), "h").unwrap();
    let answer = revoke(&client, &member(&leaf, "id"), &json!({}));
    assert_eq!(answer.status, 202, "{}", answer.json());
    assert_eq!(answer.json()["state"], "recorded");
    let status = || member(&client.get(&format!("/orders/{order}")).ok(), "status_code");
    assert_eq!(status(), "revocation_in_progress");
    assert!(judged(&world, &leaf).contains("OK"));
    let filter = format!("/orders?state=revocation_in_progress&q={}", "ORDER");
    let listed = client.get(&filter).ok().to_string();
    assert!(listed.contains(&order), "{listed}");
    let taken = dir.path().join("trigger.taken");
    let hangs = (0..PATIENCE).any(|_| {
        client.get("/products").ok();
        taken.exists()
    });
    assert!(hangs, "nothing was signed");
    fs::remove_file(taken).unwrap();
    published(&client, &member(&answer.json(), "id"));
    assert_eq!(status(), "revoked");
    assert!(judged(&world, &leaf).contains("certificate revoked"));
}

/// An alarm must not wait for the next list: a start tells of the one that stands.
#[test]
fn a_new_start_knows_how_old_the_list_is() {
    let mut world = World::start(vec![]);
    await_crl(&world);
    let line = |world: &World| {
        let numbers = metrics(world);
        let mut lines = numbers.lines().map(str::to_owned);
        lines.find(|line| line.starts_with("chancery_crl_this_update_timestamp_seconds{"))
    };
    let before = line(&world).unwrap();
    world.restart(&[]);
    let mut looks = (0..PATIENCE).filter_map(|_| line(&world));
    assert_eq!(looks.next(), Some(before));
}
