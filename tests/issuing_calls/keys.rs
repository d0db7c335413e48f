//! Keys that enter no certificate, over the API and the command line.

use std::{fs, process::Command};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    instance::{Answer, Call, run},
    lint::Stock,
    openssl::{new_key, openssl, public_key},
    world::{Client, PRODUCT, World, faults, fixture, refused, shared, submission},
};

/// Calls that may pass until a reload is told: far more than any run needs.
const PATIENCE: u32 = 3_000;

fn check(client: &Client, csr: &str) -> Vec<String> {
    let body = json!({"product_code": PRODUCT, "csr": csr});
    let answer = client.call("POST", "/csr-checks", &Call::json(&body)).ok();
    let findings = answer["findings"].as_array().unwrap().iter();
    let errors = findings.filter(|finding| finding["severity"] == "error");
    errors
        .map(|finding| finding["code"].as_str().unwrap().to_owned())
        .collect()
}

pub fn block(world: &World, body: &Value) -> Answer {
    let call = Call::json(body);
    world.instance.post("security", "/blocked-keys", &call)
}

/// A request with this key.
fn request(key_pem: &str, subject: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("key.pem"), key_pem).unwrap();
    let output = Command::new("openssl")
        .args(["req", "-new", "-key", "key.pem", "-subj", subject])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Both the look at a request and the activation refuse the key, with this code alone.
fn is_refused(client: &Client, csr: &str, code: &str) {
    assert_eq!(check(client, csr), [code]);
    let (order, _) = client.ready(&client.world.data);
    let answer = client.activate(&order, &submission(csr));
    assert_eq!(answer.refusal(), refused(422, code));
    assert_eq!(faults(&answer), [("/csr".to_owned(), code.to_owned())]);
}

#[test]
fn weak_keys_are_refused_at_the_look_and_at_the_activation() {
    let world = shared();
    let client = world.first();
    for (file, code) in [
        ("bad/csr-key-weak-roca", "csr-key-weak"),
        ("bad/csr-key-weak-close-primes", "csr-key-weak"),
        ("bad/csr-key-weak-factor-751", "csr-key-weak"),
        ("bad/csr-key-weak-square", "csr-key-weak"),
        ("later/csr-key-weak-prime-modulus", "csr-key-weak"),
        (
            "bad/csr-algorithm-unsupported-compressed-point",
            "csr-algorithm-unsupported",
        ),
        ("bad/csr-malformed-rsa-without-null", "csr-malformed"),
    ] {
        is_refused(&client, &fixture(&format!("{file}.pem")), code);
    }
}

#[test]
fn keys_of_the_ca_enter_no_certificate() {
    let world = shared();
    let client = world.first();
    for name in ["root", "policy", "issuing", "server", "security"] {
        let key = fs::read_to_string(world.instance.path(&format!("{name}.key"))).unwrap();
        is_refused(&client, &request(&key, "/CN=x"), "csr-key-reused");
    }
}

#[test]
fn a_key_belongs_to_its_first_owner() {
    let world = shared();
    let (_, csr) = new_key();
    world.first().issued(&csr);
    // The owner may use it again; nobody learns whose it is.
    assert!(check(&world.first(), &csr).is_empty());
    world.first().issued(&csr);
    let other = world.client("partner", "c-9");
    assert_eq!(check(&other, &csr), ["csr-key-reused"]);
    let data = other.verified_data();
    let (order, _) = other.ready(&data);
    let answer = other.activate(&order, &submission(&csr));
    assert_eq!(answer.refusal(), refused(422, "csr-key-reused"));
    let told = answer.json().to_string();
    // Whole words: ids end in any letters.
    let mut words = told.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    assert!(
        words.all(|word| word != "c-1") && !told.contains("customer"),
        "{told}"
    );
    // With a key of its own the same order goes on.
    other.activate(&order, &submission(&new_key().1)).ok();
}

/// PEM of a certificate with this key, as an operator registers identities by.
fn client_certificate(key_pem: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("key.pem"), key_pem).unwrap();
    let output = Command::new("openssl")
        .args(["req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=x"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_key_is_a_subscribers_or_an_identitys_and_never_both() {
    let world = shared();
    let register = |name: &str, key: &str| {
        let certificate = client_certificate(key);
        let body = json!({"name": name, "role": "ra_customer", "certificate": certificate});
        let call = Call::json(&body);
        world.instance.post("operator", "/identities", &call)
    };
    let at_certificate = |answer: &Answer, code: &str| {
        assert_eq!(answer.refusal(), refused(422, code));
        let faults = faults(answer);
        assert_eq!(faults, [("/certificate".to_owned(), code.to_owned())]);
    };
    let (certified, csr) = new_key();
    world.first().issued(&csr);
    at_certificate(&register("thief", &certified), "certificate-key-in-use");
    let root = fs::read_to_string(world.instance.path("root.key")).unwrap();
    at_certificate(&register("thief", &root), "certificate-key-in-use");
    let (leaked, _) = new_key();
    block(&world, &json!({"key": leaked})).ok();
    at_certificate(&register("thief", &leaked), "certificate-key-compromised");

    let (own, csr) = new_key();
    assert_eq!(register("thief", &own).status, 201);
    is_refused(&world.first(), &csr, "csr-key-reused");
    let again = register("thief-2", &own);
    assert_eq!(again.refusal(), refused(409, "credential-exists"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_carries_a_key_in_very_many_certificates_is_told_that_there_are_more() {
    let world = World::start(Vec::new());
    let (key, csr) = new_key();
    world.first().issued(&csr);
    let look = || {
        let call = Call::json(&json!({"key": key}));
        let found = world.instance.post("auditor", "/key-checks", &call).ok();
        let named = found["certificates"].as_array().unwrap().len();
        (named, found["more"].as_bool().unwrap())
    };
    assert_eq!(look(), (1, false));
    let mut stock = Stock::open(&world).await;
    let der = stock.newest().await;
    for _ in 1..200 {
        stock.add("issuing-g1", &der).await;
    }
    assert_eq!(look(), (200, false));
    stock.add("issuing-g1", &der).await;
    assert_eq!(look(), (200, true));
    let blocked = block(&world, &json!({"key": key})).ok();
    assert_eq!(
        (&blocked["more"], &blocked["bits"]),
        (&json!(true), &json!(256))
    );
    let file = world.instance.path("carried.key");
    fs::write(&file, &key).unwrap();
    let arguments = ["keys", "check", file.to_str().unwrap()];
    let (status, said, _) = world.instance.chancery("security", &arguments);
    assert!(status == 1 && said.contains("carried by more"), "{said}");
}

#[test]
fn a_blocked_key_is_refused_in_every_wrapping() {
    let world = shared();
    let client = world.first();
    let (_, csr) = new_key();
    let pem = public_key("req", &csr);
    let convert = |form: &str| {
        let arguments = ["ec", "-pubin", "-pubout", "-conv_form", form];
        String::from_utf8(openssl(&arguments, &pem)).unwrap()
    };
    let compressed = block(&world, &json!({"key": convert("compressed")})).ok();
    assert_eq!(compressed["evidence"], "officer");
    assert_eq!(compressed["certificates"], json!([]));
    is_refused(&client, &csr, "csr-key-compromised");
    // Again, in another wrapping: the same entry.
    for form in ["uncompressed", "hybrid"] {
        assert_eq!(
            block(&world, &json!({"key": convert(form)})).ok(),
            compressed
        );
    }
    let csr = fixture("good/openssl-rsa-2048-crlf.pem");
    assert!(check(&client, &csr).is_empty());
    let rsa = openssl(
        &["pkey", "-pubin", "-outform", "DER"],
        &public_key("req", &csr),
    );
    // 30 82 01 22 30 0d 06 09 …01 05 00: the same as id-RSASSA-PSS without parameters.
    let pss = [
        &hex::decode("30820120300b06092a864886f70d01010a").unwrap()[..],
        rsa.get(19..).unwrap(),
    ];
    let pss = BASE64_STANDARD.encode(pss.concat());
    let blocked = block(&world, &json!({"key": pss})).ok();
    assert_eq!(
        (&blocked["algorithm"], &blocked["bits"]),
        (&json!("rsa"), &json!(2048))
    );
    is_refused(&client, &csr, "csr-key-compromised");
}

#[test]
fn a_compromise_is_shown_by_the_key_or_by_a_proof() {
    const AGREED: &str = "report 4711 of 2026-11-23";
    let world = shared();
    let client = world.first();
    let (key, csr) = new_key();
    let made = client.issued(&csr);
    let burnt = block(&world, &json!({"key": key, "note": "ticket 1"})).ok();
    assert_eq!(burnt["evidence"], "private-key");
    assert_eq!(burnt["blocked_by"], "security");
    assert_eq!(burnt["certificates"], json!([made["id"]]));
    is_refused(&client, &csr, "csr-key-compromised");

    let (key, csr) = new_key();
    let proof = json!({"kind": "signed-request"});
    let asked = |csr: &str| json!({"key": csr, "challenge": AGREED, "proof": proof});
    let wrong = block(&world, &asked(&csr));
    assert_eq!(wrong.refusal(), refused(422, "key-proof-invalid"));
    assert!(check(&client, &csr).is_empty());
    let proven = block(&world, &asked(&request(&key, &format!("/CN={AGREED}")))).ok();
    assert_eq!(proven["evidence"], "signed-request");
    assert_eq!(check(&client, &csr), ["csr-key-compromised"]);
    let alone = block(&world, &json!({"key": csr, "proof": proof}));
    assert_eq!(alone.refusal(), refused(422, "validation-failed"));
}

/// A new key in the files of a directory.
fn on_disk() -> TempDir {
    let (key, csr) = new_key();
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| fs::write(dir.path().join(name), content).unwrap();
    write("key.pem", key.as_bytes());
    write(
        "key.der",
        &openssl(&["ec", "-outform", "DER"], key.as_bytes()),
    );
    write("csr.pem", csr.as_bytes());
    write("nothing", b"nothing");
    write(
        "text",
        b"chancery-key-compromise/v1\nagreed on the telephone\n",
    );
    let line = "dgst -sha256 -sign key.pem -out proof.sig text";
    run(dir.path(), "openssl", line);
    dir
}

#[test]
fn the_command_line_blocks_looks_and_lists() {
    let world = shared();
    let dir = on_disk();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let keys = |who: &str, arguments: &[&str]| {
        let arguments = [&["keys"], arguments].concat();
        world.instance.chancery(who, &arguments)
    };
    let (status, said, _) = keys("security", &["check", &path("csr.pem")]);
    assert_eq!(status, 0, "{said}");
    assert!(said.starts_with("good  ec 256 bits"), "{said}");
    let (csr, proof) = (path("csr.pem"), path("proof.sig"));
    let signed = |agreed: &str| {
        let block = ["block", &csr, "--signature", &proof];
        let rest = ["--challenge", agreed, "--json"];
        keys("security", &[&block[..], &rest].concat())
    };
    let (status, _, error) = signed("agreed on something else");
    assert!(
        status == 1 && error.contains("key-proof-invalid"),
        "{error}"
    );
    let (status, said, _) = signed("agreed on the telephone");
    assert_eq!(status, 0);
    let entry: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(entry["evidence"], "signed-challenge");

    let (status, said, error) = keys("auditor", &["check", &path("key.der"), "--json"]);
    assert_eq!(status, 1, "{error}");
    let looked: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(looked["valid"], false);
    let finding = &looked["findings"][0];
    assert_eq!(finding["code"], "csr-key-compromised");
    assert_eq!(finding["rule"], "blocked");
    assert_eq!(looked["fingerprint"], entry["fingerprint"]);
    let fingerprint = entry["fingerprint"].as_str().unwrap();
    let (status, said, _) = keys("auditor", &["list"]);
    assert!(status == 0 && said.contains(fingerprint), "{said}");
}

#[test]
fn the_command_line_tells_refused_from_unreadable() {
    let world = shared();
    let dir = on_disk();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let keys = |who: &str, arguments: &[&str]| {
        let arguments = [&["keys"], arguments].concat();
        world.instance.chancery(who, &arguments)
    };
    let weak = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/csr/bad/csr-key-weak-close-primes.pem"
    );
    let (status, said, _) = keys("security", &["check", weak]);
    let expected = "csr-key-weak (close-primes)";
    assert!(status == 1 && said.contains(expected), "{said}");
    assert_eq!(keys("auditor", &["block", &path("key.pem")]).0, 1);
    assert_eq!(keys("operator", &["list"]).0, 1);
    assert_eq!(keys("security", &["check", &path("nothing")]).0, 1);
    assert_eq!(keys("security", &["check", &path("absent")]).0, 2);
    assert_eq!(keys("security", &["burn"]).0, 2);
}

#[test]
fn published_lists_are_read_again_and_a_bad_one_changes_nothing() {
    let csr = fixture("later/csr-key-weak-published.pem");
    let modulus = openssl(&["req", "-noout", "-modulus"], csr.as_bytes());
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("modulus"), modulus).unwrap();
    let sha1sum = Command::new("sha1sum")
        .arg(dir.path().join("modulus"))
        .output();
    let digest = String::from_utf8(sha1sum.unwrap().stdout).unwrap();
    let tail = digest.get(20..40).unwrap().to_owned();
    let world = World::start_with(Vec::new(), &|dir, config| {
        let list = dir.join("blacklist.RSA-2048");
        fs::write(&list, "# a list\n00000000000000000000\n").unwrap();
        let published = format!("[keys]\npublished = [\"{}\"]", list.display());
        *config = config.replace("[keys]", &published);
    });
    let list = world.instance.path("blacklist.RSA-2048");
    let debian = ["2048", "2560"].map(|bits| format!("later/csr-key-weak-debian-{bits}.pem"));
    let debian = debian.map(|name| fixture(&name));
    for csr in debian.iter().chain([&csr]) {
        assert!(check(&world.first(), csr).is_empty());
    }
    let ours = fixture("later/debian-blacklist.txt");
    fs::write(&list, format!("{ours}{tail}\n")).unwrap();
    reload(&world, "chancery_config_last_reload_successful 1");
    for csr in &debian {
        assert_eq!(check(&world.first(), csr), ["csr-key-weak"]);
    }
    is_refused(&world.first(), &csr, "csr-key-weak");
    fs::write(&list, "no list\n").unwrap();
    reload(&world, "chancery_config_reload_failures_total 1");
    assert_eq!(check(&world.first(), &csr), ["csr-key-weak"]);
}

/// Has the configuration read again and waits until the metrics say how that ended.
pub fn reload(world: &World, told: &str) {
    let id = world.instance.child.id().to_string();
    let signalled = Command::new("kill").args(["-HUP", &id]).status().unwrap();
    assert!(signalled.success());
    for _ in 0..PATIENCE {
        if metrics(world).lines().any(|line| line == told) {
            return;
        }
    }
    panic!("the metrics never said {told}");
}

pub fn metrics(world: &World) -> String {
    let config = fs::read_to_string(world.instance.path("chancery.toml")).unwrap();
    let line = config.lines().find(|line| line.starts_with("metrics = "));
    let address = line.unwrap().split('"').nth(1).unwrap();
    let output = Command::new("curl")
        .args(["-sS", "--max-time", "10"])
        .arg(format!("http://{address}/metrics"))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}
