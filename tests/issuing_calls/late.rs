//! A certificate that is late: the client is told so, and finds it under the same key.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;

use crate::{
    instance::Call,
    time::DAY,
    unsubscribe::reminding,
    wall::Wall,
    world::{PRODUCT, World, fixture, refused, submission},
};

/// Puts the module that can hang between the daemon and its token.
fn build_shim(dir: &Path) {
    let build = concat!(env!("CARGO_MANIFEST_DIR"), "/hsm-test/shim/build");
    let status = Command::new(build).arg(dir.join("shim.so")).status();
    assert!(status.unwrap().success());
}

/// A world whose token does what a letter in the trigger file says.
pub fn shimmed(dir: &Path) -> World {
    shimmed_in(dir, Vec::new())
}

/// The same with more in its environment.
fn shimmed_in(dir: &Path, more: Vec<(&'static str, PathBuf)>) -> World {
    build_shim(dir);
    let at = |name: &str| dir.join(name);
    let module = "/usr/lib/softhsm/libsofthsm2.so";
    let mut environment = vec![
        ("SHIM_MODULE", module.into()),
        ("SHIM_LOG", at("log")),
        ("SHIM_TRIGGER", at("trigger")),
    ];
    environment.extend(more);
    World::start_with(environment, &|_, config| {
        let shim = format!(
            "{}\"\nsign_deadline_seconds = 30\n",
            at("shim.so").display()
        );
        *config = config.replace(&format!("{module}\"\n"), &shim);
        // Of a kind of number that nobody's data here have, and down.
        config.push_str("[registers.gleif]\nbase_url = \"https://localhost:9\"\n");
        reminding(config);
    })
}

#[test]
fn who_waits_gets_the_certificate_of_another_serial() {
    let dir = tempfile::tempdir().unwrap();
    let world = shimmed(dir.path());
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let path = format!("/orders/{order}/activation");
    let body = submission(&fixture("good/openssl-ec-prime256v1.pem"));
    await_crl(&world);
    // The signature comes back wrong: its serial is abandoned, a job takes the activation up.
    fs::write(dir.path().join("trigger"), "f").unwrap();
    let call = Call::json(&body).key("again").header("Prefer: wait=60");
    let issued = client.call("POST", &path, &call);
    assert_eq!(issued.status, 201, "{}", issued.json());
    let again = client.call("POST", &path, &call);
    assert_eq!(again.bytes, issued.bytes);
}

#[test]
fn a_replay_waits_for_the_certificate_of_another_serial() {
    let dir = tempfile::tempdir().unwrap();
    let world = shimmed(dir.path());
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let path = format!("/orders/{order}/activation");
    let body = submission(&fixture("good/openssl-ec-secp384r1.pem"));
    let post = |wait: &str| {
        let preference = format!("Prefer: wait={wait}");
        let call = Call::json(&body).key("again").header(&preference);
        client.call("POST", &path, &call)
    };
    await_crl(&world);
    fs::write(dir.path().join("trigger"), "f").unwrap();
    let first = post("0");
    assert_eq!(first.status, 202, "{}", first.json());
    let issued = post("60");
    assert_eq!(issued.status, 201, "{}", issued.json());
    let pending = first.json();
    assert_eq!(issued.json()["activation_id"], pending["activation_id"]);
    assert_eq!(post("0").bytes, issued.bytes);
    let told = client.get("/notifications?tab=problems").ok();
    let lines = told["items"].as_array().unwrap();
    assert_eq!(lines.len(), 1, "{told}");
    assert_eq!(
        (&lines[0]["code"], &lines[0]["object_id"]),
        (&json!("activation-delayed"), &pending["activation_id"])
    );
}

#[test]
fn an_activation_whose_signature_is_late_is_pending_and_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let world = shimmed(dir.path());
    let at = |name: &str| dir.path().join(name);
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let path = format!("/orders/{order}/activation");
    let body = submission(&fixture("good/openssl-ec-prime256v1.pem"));
    let post = |key: &str, wait: &str| {
        let call = Call::json(&body)
            .key(key)
            .header(&format!("Prefer: wait={wait}"));
        client.call("POST", &path, &call)
    };
    await_crl(&world);
    fs::write(at("trigger"), "h").unwrap();
    let first = post("late", "0");
    assert_eq!(
        (first.status, first.location.clone()),
        (202, Some(format!("/v1{path}")))
    );
    let pending = first.json();
    assert_eq!(
        (&pending["state"], &pending["order_id"]),
        (&json!("running"), &json!(order))
    );
    assert_eq!(client.get(&path).ok(), pending);
    assert_eq!(post("late", "0").json(), pending);
    let other = post("other", "0");
    assert_eq!(other.refusal(), refused(409, "order-state-conflict"));
    let cancel = client.post(&format!("/orders/{order}/cancel"), &json!({}));
    assert_eq!(cancel.refusal(), refused(409, "order-state-conflict"));
    let shown = client.get(&format!("/orders/{order}")).ok();
    assert_eq!(shown["status_code"], "submitted_for_issuance");
    fs::remove_file(at("trigger.taken")).unwrap();
    let issued = post("late", "60");
    assert_eq!(issued.status, 201, "{}", issued.json());
    assert_eq!(issued.json()["activation_id"], pending["activation_id"]);
    assert_eq!(post("late", "0").bytes, issued.bytes);
    assert_eq!(client.get(&path).ok()["state"], "issued");
}

#[test]
fn an_activation_that_is_refused_late_says_so_under_its_own_key() {
    let dir = tempfile::tempdir().unwrap();
    let world = shimmed(dir.path());
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let path = format!("/orders/{order}/activation");
    let (key, csr) = crate::openssl::new_key();
    let body = submission(&csr);
    let post = |wait: &str| {
        let preference = format!("Prefer: wait={wait}");
        let call = Call::json(&body).key("refused-late").header(&preference);
        client.call("POST", &path, &call)
    };
    await_crl(&world);
    // No signature is right, so the serial is abandoned; meanwhile the key leaks.
    fs::write(dir.path().join("trigger"), "F").unwrap();
    assert_eq!(post("0").status, 202);
    let leak = json!({"product_code": PRODUCT, "csr": key});
    client.call("POST", "/csr-checks", &Call::json(&leak)).ok();
    let told = post("60");
    assert_eq!(told.refusal(), refused(422, "csr-key-compromised"));
    // The order is open again, and what comes next has a key of its own.
    fs::remove_file(dir.path().join("trigger")).unwrap();
    let (_, csr) = crate::openssl::new_key();
    let mut tries = (0..300).map(|_| client.activate(&order, &submission(&csr)));
    let next = tries.find(|next| next.status != 503);
    assert!(matches!(next.unwrap().status, 201 | 202));
    assert_eq!(post("0").bytes, told.bytes);
}

/// Test idea 3 of the flows, at its last moment: the order was ready and the activation has begun,
/// but nothing right was signed before the thirty days of the mailbox were over.
#[test]
fn a_mailbox_that_lapses_before_it_is_signed_stops_the_issuance() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Wall::new();
    let world = shimmed_in(dir.path(), clock.environment());
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let path = format!("/orders/{order}/activation");
    let body = submission(&crate::openssl::new_key().1);
    let post = |wait: &str| {
        let preference = format!("Prefer: wait={wait}");
        let call = Call::json(&body).key("lapses").header(&preference);
        client.call("POST", &path, &call)
    };
    await_crl(&world);
    clock.set(30 * DAY - 1800);
    let shown = client.get(&format!("/orders/{order}")).ok();
    assert_eq!(shown["status_code"], "ready_for_activation");
    // No signature is right, so the serial is abandoned and everything is judged again.
    fs::write(dir.path().join("trigger"), "F").unwrap();
    assert_eq!(post("0").status, 202);
    clock.set(30 * DAY + 60);
    let told = post("60");
    // Whatever refuses an activation that was taken is told with 422 (contract, Activation).
    assert_eq!(told.refusal(), refused(422, "step-blocked"));
    fs::remove_file(dir.path().join("trigger")).unwrap();
    let again = client.activate(&order, &body);
    assert_eq!(again.refusal(), refused(409, "step-blocked"));
    let lapsed = json!(["email-verification-lapsed"]);
    assert_eq!(again.json()["blocked_by"], lapsed);
    let made = client.get(&format!("/certificates?order_id={order}")).ok();
    assert_eq!(made["items"], json!([]));
}

/// The first list is signed soon after the start; the trigger is meant for the certificate.
pub fn await_crl(world: &World) {
    let url = format!("{}/crl/issuing-g1/0.crl", world.instance.public);
    let is_there = (0..3_000).any(|_| {
        let curl = Command::new("curl")
            .args(["-sf", "-o", "/dev/null", &url])
            .status();
        curl.unwrap().success()
    });
    assert!(is_there, "no CRL at {url}");
}
