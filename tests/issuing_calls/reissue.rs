//! Reissue: a certificate takes the place of another, with the same subject and the same end; the
//! earlier one is revoked when the overlap is over.

use std::fs;

use serde_json::{Value, json};

use crate::{
    instance::{Answer, Call},
    late::{await_crl, shimmed},
    mailbox::{page_of, public, resend},
    openssl::{new_key, openssl},
    time::DAY,
    wall::Wall,
    world::{Client, World, accepted, faults, fixture, refused, shared, submission},
};

/// Calls that may pass until something has happened: far more than any run needs.
const PATIENCE: u32 = 6_000;

/// What a reissue asks with.
pub fn successor(csr: &str) -> Value {
    json!({
        "csr": csr,
        "statements": [accepted("subscriber-agreement"), accepted("certificate-content")],
        "acting_for": {"user_id": "u-1"},
    })
}

fn reissue(client: &Client, id: &str, csr: &str) -> Answer {
    let call = Call::json(&successor(csr)).fresh_key();
    let call = call.header("Prefer: wait=60");
    client.call("POST", &format!("/certificates/{id}/reissue"), &call)
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap().to_owned()
}

fn read(client: &Client, id: &str) -> Value {
    client.get(&format!("/certificates/{id}")).ok()
}

fn becomes(client: &Client, id: &str, state: &str) -> Value {
    for _ in 0..PATIENCE {
        let found = read(client, id);
        if found["state"] == state {
            return found;
        }
    }
    panic!("{id} does not become {state}: {}", read(client, id));
}

/// Topics of the tab, of this object.
fn told(client: &Client, tab: &str, object: &str) -> Vec<String> {
    let found = client.get(&format!("/notifications?tab={tab}&limit=200"));
    let items = found.ok()["items"].as_array().unwrap().clone();
    let about = items.iter().filter(|line| line["object_id"] == object);
    about.map(|line| text(line, "code")).collect()
}

fn mailed(world: &World, kind: &str) -> usize {
    let found = world.instance.get("operator", "/mails?limit=200").ok();
    let items = found["items"].as_array().unwrap();
    items.iter().filter(|mail| mail["kind"] == kind).count()
}

/// Test idea 22 of the flows, with a second reissue before the first overlap is over.
#[test]
fn a_reissue_revokes_the_old_one_after_14_days_and_only_the_newest_stays() {
    let clock = Wall::new();
    let world = World::start(clock.environment());
    let client = world.first();
    let first = client.issued(&new_key().1);
    let first_id = text(&first, "id");
    let second = reissue(&client, &first_id, &new_key().1).ok();
    let second_id = text(&second, "id");
    assert_eq!(second["replaces"], first["id"]);
    for same in ["not_after", "subject", "sans", "order_id", "product_code"] {
        assert_eq!(second[same], first[same], "{same}");
    }
    for other in ["serial", "spki_sha256", "activation_id"] {
        assert_ne!(second[other], first[other], "{other}");
    }
    let old = read(&client, &first_id);
    assert_eq!(old["state"], "superseded_pending");
    assert_eq!(old["replaced_by"], second["id"]);
    let order = client.get(&format!("/orders/{}", text(&first, "order_id")));
    assert_eq!(order.ok()["certificate_id"], second["id"]);
    let lines = told(&client, "information", &first_id);
    assert_eq!(lines, ["certificate-superseded"]);
    let events = client.get("/events?limit=200").ok();
    let events = events["items"].as_array().unwrap();
    let fed = |kind: &str, id: &Value| {
        let mut events = events.iter();
        events.any(|event| event["type"] == kind && event["object"]["id"] == *id)
    };
    assert!(fed("certificate.superseded", &first["id"]), "{events:?}");
    assert!(fed("certificate.issued", &second["id"]), "{events:?}");
    let late = reissue(&client, &first_id, &new_key().1);
    assert_eq!(late.refusal(), refused(409, "certificate-replaced"));

    clock.set(5 * DAY);
    let third = reissue(&client, &second_id, &new_key().1).ok();
    assert_eq!(third["not_after"], first["not_after"]);
    let third_id = text(&third, "id");
    assert_eq!(read(&client, &first_id)["state"], "superseded_pending");

    // Three days before, its users are reminded once.
    clock.set(11 * DAY + 60);
    for _ in 0..PATIENCE {
        if !told(&client, "expiration", &first_id).is_empty() {
            break;
        }
    }
    assert_eq!(
        told(&client, "expiration", &first_id),
        ["superseded-ending"]
    );
    assert_eq!(mailed(&world, "reissued"), 2);
    assert_eq!(mailed(&world, "superseded-ending"), 1);
    clock.set(14 * DAY - 60);
    assert_eq!(read(&client, &first_id)["state"], "superseded_pending");

    clock.set(14 * DAY + 60);
    let ended = becomes(&client, &first_id, "revoked");
    assert_eq!(ended["revocation"]["reason"], "superseded");
    assert_eq!(read(&client, &second_id)["state"], "superseded_pending");
    clock.set(19 * DAY + 60);
    becomes(&client, &second_id, "revoked");
    assert_eq!(read(&client, &third_id)["state"], "valid");
    // Nobody asks for the end of one that is replaced: its day was told before.
    assert_eq!(mailed(&world, "revocation-requested"), 0);
    assert_eq!(
        told(&client, "expiration", &first_id),
        ["superseded-ending"]
    );

    clock.set(31 * DAY);
    proven_again(&client, &third);
}

/// The mailbox must be proven at the time of signing, and can be proven again.
fn proven_again(client: &Client, third: &Value) {
    let third_id = text(third, "id");
    let world = client.world;
    let lapsed = reissue(client, &third_id, &new_key().1);
    assert_eq!(lapsed.refusal(), refused(409, "step-blocked"));
    let missing = json!(["email-verification-lapsed"]);
    assert_eq!(lapsed.json()["blocked_by"], missing);
    let order = text(third, "order_id");
    let address = third["sans"][0].as_str().unwrap();
    let seen = [world.code(address, &[])];
    let before = evidence(world, &third_id);
    let (old_page, old) = page_of(world, &seen[0]);
    resend(client, &order).ok();
    let code = world.code(address, &seen);
    let (page, again) = page_of(world, &code);
    assert_ne!(again, old, "what the certificate rests on stays as it is");
    let (_, body) = public(&page, &[]);
    assert!(body.contains("value=\"confirm\""), "{body}");
    let (status, body) = public(&page, &["--data-urlencode", &format!("code={code}")]);
    assert_eq!(status, "200", "{body}");
    let email = client.get(&format!("/orders/{order}/email")).ok();
    assert_eq!(email["state"], "verified");
    // The certificate's own proof is history that its holder can still disown.
    assert_eq!(evidence(world, &third_id), before);
    let (_, body) = public(&old_page, &[]);
    assert!(body.contains("value=\"disown\"") && !body.contains("value=\"confirm\""));
    let ready = told(client, "information", &order);
    let ready = ready.iter().filter(|code| *code == "ready-to-activate");
    assert_eq!(ready.count(), 1, "nothing is left to activate");
    let fourth = reissue(client, &third_id, &new_key().1).ok();
    assert_eq!(fourth["not_after"], third["not_after"]);
    disowned_by_the_first_mail(client, &fourth, &old_page, &seen[0]);
    // One that is revoked is not replaced, and what replaced it needs no timer for it.
    let path = format!("/certificates/{}/revocations", text(&fourth, "id"));
    client.post(&path, &json!({"reason": "superseded"})).ok();
    let gone = reissue(client, &text(&fourth, "id"), &new_key().1);
    assert_eq!(gone.refusal(), refused(409, "already-revoked"));
}

/// "This was not me", said with the first mail after the mailbox was proven again: the order
/// stops whole, and what took the newer proof over stops with it.
fn disowned_by_the_first_mail(client: &Client, fourth: &Value, old_page: &str, code: &str) {
    let order = text(fourth, "order_id");
    let address = fourth["sans"][0].as_str().unwrap();
    let state = |order: &str| client.get(&format!("/orders/{order}/email")).ok()["state"].clone();
    let other = client.bound(&client.world.data);
    client.set_address(&other, address).ok();
    assert_eq!(state(&other), "verified", "the newer proof serves it");
    let form = format!("code={code}&act=disown");
    for _ in 0..2 {
        let (status, body) = public(old_page, &["-d", &form]);
        let stopped = status == "200" && body.contains("the order is stopped");
        assert!(stopped, "{body}");
    }
    for order in [&order, &other] {
        assert_eq!(state(order), "disowned");
        let again = resend(client, order);
        assert_eq!(again.refusal(), refused(409, "email-disowned"));
    }
    let stopped = reissue(client, &text(fourth, "id"), &new_key().1);
    assert_eq!(stopped.refusal(), refused(409, "step-blocked"));
    let missing = json!(["email-not-verified"]);
    assert_eq!(stopped.json()["blocked_by"], missing);
    let lines = client.get("/notifications?tab=problems&limit=200").ok();
    let lines = lines["items"].as_array().unwrap().iter();
    let told = lines.filter(|line| line["code"] == "mailbox-disowned");
    let about = |order: &str| {
        told.clone()
            .filter(|line| line["order_id"] == order)
            .count()
    };
    assert_eq!((about(&order), about(&other)), (2, 1), "a line for each");
    let listed = client.world.instance.get("officer", "/disowned-mailboxes");
    let listed = listed.ok()["items"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 3, "{listed:?}");
}

/// What the certificate's issuance rests on.
fn evidence(world: &World, id: &str) -> Value {
    let bundle = world
        .instance
        .get("auditor", &format!("/certificates/{id}/evidence"));
    let mut bundle = bundle.ok();
    let fields = bundle.as_object_mut().unwrap();
    fields.retain(|name, _| ["mailboxes", "issuance", "request"].contains(&name.as_str()));
    assert_eq!(fields.len(), 3);
    bundle
}

#[test]
fn a_reissue_is_judged_like_the_first_certificate() {
    let world = shared();
    let client = world.first();
    let made = client.issued(&new_key().1);
    let id = text(&made, "id");
    let weak = reissue(&client, &id, &fixture("bad/csr-key-too-small-rsa-1024.pem"));
    assert_eq!(weak.status, 422, "{}", weak.json());
    let mut bare = successor(&new_key().1);
    bare["statements"] = json!([]);
    let bare = client.post(&format!("/certificates/{id}/reissue"), &bare);
    assert_eq!(bare.refusal(), refused(422, "validation-failed"));
    let missing = faults(&bare).into_iter().map(|(_, code)| code);
    assert_eq!(missing.collect::<Vec<_>>(), ["statement-missing"; 2]);
    // By the serial, with the key that it has: it is its owner's own.
    let (_, csr) = new_key();
    let first = reissue(&client, &id, &csr).ok();
    let same = reissue(&client, &text(&first, "serial"), &csr).ok();
    assert_eq!(same["spki_sha256"], first["spki_sha256"]);
    let end = |leaf: &Value| {
        let pem = leaf["pem"].as_str().unwrap();
        openssl(&["x509", "-noout", "-enddate"], pem.as_bytes())
    };
    assert_eq!(end(&same), end(&made));
}

/// Whatever certificate it was sent for.
#[test]
fn a_private_key_sent_for_an_unknown_certificate_is_burnt() {
    let world = shared();
    let client = world.first();
    let (key, csr) = new_key();
    let unknown = "crt_01900000-0000-7000-8000-000000000000";
    let lost = reissue(&client, unknown, &key);
    assert_eq!(lost.refusal(), refused(404, "not-found"));
    let made = client.issued(&new_key().1);
    let burnt = reissue(&client, &text(&made, "id"), &csr);
    assert_eq!(burnt.refusal(), refused(422, "csr-key-compromised"));
}

/// A serial that came to nothing is no second certificate, and its activation still ends when the
/// first certificate does.
#[test]
fn a_reissue_whose_signature_is_lost_becomes_one_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let world = shimmed(dir.path());
    await_crl(&world);
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let first = client.activate(&order, &submission(&new_key().1)).ok();
    let path = format!("/certificates/{}/reissue", text(&first, "id"));
    fs::write(dir.path().join("trigger"), "f").unwrap();
    let call = Call::json(&successor(&new_key().1)).key("again");
    let call = call.header("Prefer: wait=60");
    let second = client.call("POST", &path, &call);
    assert_eq!(second.status, 201, "{}", second.json());
    assert_eq!(client.call("POST", &path, &call).bytes, second.bytes);
    assert_eq!(second.json()["not_after"], first["not_after"]);
    assert_eq!(second.json()["replaces"], first["id"]);
    let found = client.get(&format!("/certificates?order_id={order}")).ok();
    assert_eq!(found["items"].as_array().unwrap().len(), 2, "{found}");
}
