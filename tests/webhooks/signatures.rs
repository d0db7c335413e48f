//! Every message is signed by each key, and OpenSSL says so.

use std::{fs, path::Path, process::Command};

use crate::{instance::run, receiver::Message, world::World};

/// Whether OpenSSL takes the signature of these bytes for the key's.
fn is_signed(dir: &Path, key: &str, signature: &str, signed: &[u8]) -> bool {
    fs::write(dir.join("judged.b64"), signature).unwrap();
    fs::write(dir.join("judged"), signed).unwrap();
    fs::write(dir.join("judged.pem"), key).unwrap();
    run(
        dir,
        "openssl",
        "base64 -d -A -in judged.b64 -out judged.sig",
    );
    let line = "pkeyutl -verify -pubin -inkey judged.pem -rawin -in judged -sigfile judged.sig";
    let said = Command::new("openssl")
        .args(line.split(' '))
        .current_dir(dir)
        .output();
    said.unwrap().status.success()
}

fn signed(message: &Message, body: &[u8]) -> Vec<u8> {
    let head = format!("{}.{}.", message.id, message.timestamp);
    [head.as_bytes(), body].concat()
}

/// The commands of the manual's recipe.
fn recipe() -> String {
    let manual = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operating.md");
    let manual = fs::read_to_string(manual).unwrap();
    let begins = manual.find("    printf '%s.%s.'").unwrap();
    let lines = manual[begins..].lines();
    let lines = lines.take_while(|line| line.starts_with("    "));
    let lines: Vec<&str> = lines.map(|line| &line[4..]).collect();
    lines.join("\n")
}

#[test]
fn a_receiver_that_follows_the_manual_takes_what_either_key_signed_and_nothing_else() {
    let world = World::start();
    let client = world.client("customer", "c-1");
    client.active("/signed");
    let keys = client.get("/webhook-keys")["items"].clone();
    let keys = keys.as_array().unwrap().iter();
    let keys: Vec<&str> = keys
        .map(|key| key["public_key"].as_str().unwrap())
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::create_dir(dir.join("keys")).unwrap();
    let message = world.receiver.messages("/signed").remove(0);
    let takes = |known: &[&str], signature: &str, body: &[u8]| {
        for file in fs::read_dir(dir.join("keys")).unwrap() {
            fs::remove_file(file.unwrap().path()).unwrap();
        }
        for (number, key) in known.iter().enumerate() {
            fs::write(dir.join(format!("keys/{number}.pem")), key).unwrap();
        }
        fs::write(dir.join("body"), body).unwrap();
        let said = Command::new("sh")
            .args(["-c", &recipe()])
            .envs([("ID", &*message.id), ("TIMESTAMP", &*message.timestamp)])
            .env("SIGNATURE", signature)
            .current_dir(dir)
            .output();
        said.unwrap().status.success()
    };
    let (both, body) = (message.signature.as_str(), &message.body[..]);
    let (old, new) = both.split_once(' ').unwrap();
    assert!(takes(&keys, both, body));
    assert!(takes(&keys[..1], both, body) && takes(&keys[1..], both, body));
    assert!(takes(&keys, old, body) && takes(&keys, new, body));
    assert!(!takes(&keys[..1], new, body) && !takes(&keys[1..], old, body));
    assert!(!takes(&keys, both, b"{}") && !takes(&keys, "", body));
    assert!(!takes(&keys, "v1a,", body));
}

#[test]
fn a_foreign_judge_finds_each_message_signed_by_each_key() {
    let world = World::start();
    let client = world.client("customer", "c-1");
    client.active("/signed");
    client.order();
    client.delivered("/signed");
    let keys = client.get("/webhook-keys")["items"].clone();
    let keys: Vec<String> = keys
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["public_key"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(keys.len(), 2);
    let dir = world.instance.dir.path();
    let messages = world.receiver.messages("/signed");
    let kinds: Vec<String> = messages.iter().map(Message::kind).collect();
    assert_eq!(kinds, ["webhook.challenge", "order.created"]);
    for message in &messages {
        let signatures: Vec<&str> = message.signature.split(' ').collect();
        assert_eq!(signatures.len(), 2);
        assert_eq!(message.json()["id"], message.id.as_str());
        let sent = client.world.instance.path("ca.pem").metadata().unwrap();
        let sent = sent.modified().unwrap().elapsed().unwrap().as_secs();
        let now = Command::new("date").arg("+%s").output().unwrap();
        let now: u64 = String::from_utf8(now.stdout)
            .unwrap()
            .trim()
            .parse()
            .unwrap();
        let told: u64 = message.timestamp.parse().unwrap();
        assert!((now - sent..=now).contains(&told), "{told}");
        for (key, signature) in keys.iter().zip(&signatures) {
            let signature = signature.strip_prefix("v1a,").unwrap();
            let is = |body: &[u8]| is_signed(dir, key, signature, &signed(message, body));
            assert!(is(&message.body));
            assert!(!is(&[&message.body[..], b" "].concat()));
        }
        let other = signatures[1].strip_prefix("v1a,").unwrap();
        let whole = signed(message, &message.body);
        assert!(!is_signed(dir, &keys[0], other, &whole));
    }
}
