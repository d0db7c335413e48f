//! Reports of problems from strangers, with OpenSSL as the reporter.

use std::{fs, process::Command};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    instance::{Call, run},
    mailbox::public,
    openssl::{new_key, openssl, public_key},
    world::{Client, PRODUCT, World, shared},
};

/// Calls that may pass until something has happened: far more than any run needs.
const PATIENCE: u32 = 3_000;
const AGREED: &str = "/CN=The key that signed this CSR is compromised";

/// Hands a report in as a program does: status and body.
pub fn report(world: &World, body: &Value) -> (String, Value) {
    let url = format!("{}/report", world.instance.public);
    let (body, json) = (body.to_string(), "Content-Type: application/json");
    let (status, said) = public(&url, &["-H", json, "--data-binary", &body]);
    let said = serde_json::from_str(&said);
    (status, said.unwrap_or(Value::Null))
}

fn taken(world: &World, body: &Value) -> Value {
    let (status, receipt) = report(world, body);
    assert_eq!(status, "202", "{receipt}");
    receipt
}

fn code(world: &World, body: &Value) -> (String, String) {
    let (status, problem) = report(world, body);
    (status, problem["code"].as_str().unwrap().to_owned())
}

/// An unproven report of this certificate or key; 202 and nothing is blocked.
fn unproven(world: &World, about: &str) -> Value {
    let body = json!({"problem": "key-compromise", "about": about});
    let receipt = taken(world, &body);
    assert_eq!(receipt["proven"], false, "{receipt}");
    receipt
}

fn look(world: &World, receipt: &Value) -> Value {
    let path = format!("/reports/{}", receipt["reference"].as_str().unwrap());
    world.instance.get("officer", &path).ok()
}

fn falls(client: &Client, leaf: &Value) -> bool {
    let path = format!("/certificates/{}", leaf["id"].as_str().unwrap());
    let reason = || client.get(&path).ok()["revocation"]["reason"].clone();
    (0..PATIENCE).any(|_| reason() == "keyCompromise")
}

fn is_refused(client: &Client, csr: &str) -> bool {
    let body = json!({"product_code": PRODUCT, "csr": csr});
    let answer = client.call("POST", "/csr-checks", &Call::json(&body)).ok();
    answer.to_string().contains("csr-key-compromised")
}

fn pem(leaf: &Value) -> String {
    leaf["pem"].as_str().unwrap().to_owned()
}

/// A request in a name of the reporter's choice.
fn request(key: &str, subject: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("key.pem"), key).unwrap();
    let output = Command::new("openssl")
        .args(["req", "-new", "-key", "key.pem", "-subj", subject])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// A challenge and a signature over its text, by the command of the page.
fn signed(world: &World, key: &str) -> (Value, String) {
    let url = format!("{}/report/challenge", world.instance.public);
    let (status, said) = public(&url, &["-X", "POST"]);
    assert_eq!(status, "200");
    let challenge: Value = serde_json::from_str(&said).unwrap();
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("leaked.key"), key).unwrap();
    let text = challenge["text"].as_str().unwrap();
    fs::write(dir.path().join("challenge.txt"), text).unwrap();
    let line = "dgst -sha256 -sign leaked.key -out proof.sig challenge.txt";
    run(dir.path(), "openssl", line);
    let signature = fs::read(dir.path().join("proof.sig")).unwrap();
    (
        challenge["challenge"].clone(),
        BASE64_STANDARD.encode(signature),
    )
}

#[test]
fn each_proof_blocks_the_key_and_ends_every_certificate_of_it() {
    let world = shared();
    let client = world.first();
    for proof in ["private-key", "signed-request", "signed-challenge"] {
        let (key, csr) = new_key();
        let leaves = [client.issued(&csr), client.issued(&csr)];
        let body = match proof {
            "private-key" => json!({"problem": "other", "about": format!("found this\n{key}")}),
            "signed-request" => {
                json!({"problem": "key-compromise", "about": request(&key, AGREED)})
            }
            _ => {
                let (challenge, signature) = signed(&world, &key);
                json!({"problem": "key-compromise", "about": pem(&leaves[0]),
                    "challenge": challenge, "signature": signature})
            }
        };
        let receipt = taken(&world, &body);
        assert_eq!(receipt["proven"], true, "{proof}: {receipt}");
        for leaf in &leaves {
            assert!(falls(&client, leaf), "{proof}");
        }
        assert!(is_refused(&client, &csr), "{proof}");
        let seen = look(&world, &receipt);
        assert_eq!(seen["evidence"], proof);
        let of = (&seen["problem"], &seen["state"], &seen["outcome"]);
        let all = (
            &json!("key-compromise"),
            &json!("decided"),
            &json!("revoke"),
        );
        assert_eq!(of, all);
        // The same report again is the same report.
        assert_eq!(taken(&world, &body), receipt);
    }
}

#[test]
fn what_proves_nothing_blocks_nothing() {
    let world = shared();
    let client = world.first();
    let (key, csr) = new_key();
    let (other, _) = new_key();
    let leaf = client.issued(&csr);
    // Somebody else's request, whole as it is, shows nothing.
    unproven(&world, &csr);
    unproven(
        &world,
        &request(&key, "/O=x/CN=The key that signed this CSR is compromised"),
    );
    unproven(&world, &String::from_utf8(public_key("req", &csr)).unwrap());
    let by = |challenge: &Value, signature: &str| {
        let body = json!({"problem": "key-compromise", "about": pem(&leaf),
            "challenge": challenge, "signature": signature});
        code(&world, &body)
    };
    let refused = |code: &str| ("422".to_owned(), code.to_owned());
    let (challenge, signature) = signed(&world, &other);
    assert_eq!(by(&challenge, &signature), refused("key-proof-invalid"));
    let (challenge, _) = signed(&world, &key);
    assert_eq!(by(&challenge, &signature), refused("key-proof-invalid"));
    assert_eq!(by(&challenge, "%"), refused("key-proof-invalid"));
    // Nobody chooses the text to be signed, or takes one of another time.
    let chosen = json!("0123456789abcdef0123456789abcdef");
    assert_eq!(by(&chosen, &signature), refused("challenge-expired"));
    let path = format!("/certificates/{}", leaf["id"].as_str().unwrap());
    assert_eq!(client.get(&path).ok()["state"], "valid");
    assert!(!is_refused(&client, &csr));
}

#[test]
fn a_certificate_is_found_by_each_of_its_names_and_nobody_is_told() {
    let world = shared();
    let leaf = world.first().issued(&new_key().1);
    let der = openssl(&["x509", "-outform", "DER"], pem(&leaf).as_bytes());
    let sha256 = {
        use sha2::{Digest, Sha256};
        hex::encode_upper(Sha256::digest(&der))
    };
    let serial = leaf["serial"].as_str().unwrap().to_owned();
    let absent = [
        serial.replace(|c: char| c.is_ascii_digit(), "3"),
        "AB".repeat(32),
    ];
    let known = [pem(&leaf), BASE64_STANDARD.encode(&der), sha256, serial];
    let members =
        |receipt: &Value| -> Vec<String> { receipt.as_object().unwrap().keys().cloned().collect() };
    let mut shapes = Vec::new();
    for about in known.iter().chain(&absent) {
        let body = json!({"problem": "misuse", "about": about, "contact": "finder@example.net",
            "description": "line one\r\nline two"});
        let receipt = taken(&world, &body);
        shapes.push(members(&receipt));
        let seen = look(&world, &receipt);
        let found = seen["certificate_id"].as_str();
        let expected = known.contains(about).then(|| leaf["id"].as_str().unwrap());
        assert_eq!(found, expected, "{about}");
        assert_eq!(seen["description"], "line one line two");
        assert_eq!(seen["state"], "received");
        assert_eq!(seen["overdue"], false);
    }
    assert!(shapes.windows(2).all(|two| two[0] == two[1]), "{shapes:?}");
    let queue = world.instance.get("auditor", "/reports?state=open").ok();
    let items = queue["items"].as_array().unwrap().iter();
    let due: Vec<&str> = items.map(|item| item["due"].as_str().unwrap()).collect();
    assert!(due.len() >= 6 && due.is_sorted(), "{due:?}");
}

#[test]
fn hostile_reports_are_refused_and_a_key_in_the_words_is_not_kept() {
    let world = shared();
    let junk = "\u{1}x".repeat(5_000);
    for (body, refused) in [
        (
            json!({"problem": "misuse", "about": junk}),
            "report-about-unclear",
        ),
        (
            json!({"problem": "misuse", "about": ""}),
            "report-about-unclear",
        ),
        (
            json!({"problem": "?", "about": "0a"}),
            "report-problem-unknown",
        ),
        (
            json!({"problem": "misuse", "about": "0a", "contact": "x"}),
            "contact-invalid",
        ),
        (
            json!({"problem": "misuse", "about": "0a", "description": "x".repeat(2001)}),
            "description-invalid",
        ),
        (
            json!({"problem": "misuse", "about": "0a", "signature": "AA=="}),
            "challenge-expired",
        ),
    ] {
        let found = code(&world, &body);
        assert_eq!(found, ("422".to_owned(), refused.to_owned()), "{body}");
    }
    let long = json!({"problem": "misuse", "about": "A".repeat(70_000)});
    let long = long.to_string();
    let url = format!("{}/report", world.instance.public);
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), long).unwrap();
    let data = format!("@{}", file.path().display());
    let json = "Content-Type: application/json";
    let (status, _) = public(&url, &["-H", json, "--data-binary", &data]);
    assert_eq!(status, "413");
    // A private key among the words is taken as what it is.
    let (key, csr) = new_key();
    let body = json!({"problem": "other", "about": "0a", "description": format!("see {key}")});
    let receipt = taken(&world, &body);
    assert_eq!(receipt["proven"], true);
    let seen = look(&world, &receipt);
    assert_eq!(seen["description"], Value::Null);
    assert!(is_refused(&world.first(), &csr));
}

#[test]
fn a_person_reports_on_the_page_in_either_language() {
    let world = shared();
    let url = |query: &str| format!("{}/report{query}", world.instance.public);
    for (query, title, thanks) in [
        ("?lang=en", "Report a problem", "Thank you"),
        ("?lang=pl", "Zgłoś problem", "Dziękujemy"),
    ] {
        let (status, page) = public(&url(query), &[]);
        assert_eq!(status, "200");
        assert!(
            page.contains(title) && page.contains("name=\"challenge\""),
            "{page}"
        );
        let leaf = world.first().issued(&new_key().1);
        let about = format!("about@{}", {
            let file = world.instance.path("reported.pem");
            fs::write(&file, pem(&leaf)).unwrap();
            file.display().to_string()
        });
        let form = ["--data-urlencode", &about, "-d", "problem=misuse"];
        let (status, page) = public(&url(query), &form);
        assert_eq!(status, "202", "{page}");
        assert!(page.contains(thanks) && page.contains("rpt_"), "{page}");
        let (status, page) = public(&url(query), &["-d", "about=%3Cb%3E&problem=misuse"]);
        assert_eq!(status, "422");
        assert!(
            page.contains("class=\"bad\"") && !page.contains("<b>"),
            "{page}"
        );
        let (status, _) = public(&url(query), &["-d", "problem=misuse&about=0a&more=1"]);
        assert_eq!(status, "422");
    }
}
