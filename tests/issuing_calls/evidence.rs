//! The evidence behind a certificate: it explains the whole issuance, every signature in it
//! verifies offline, and that it was read is in the log.

use std::{fs, process::Command};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{Connection, Row, SqliteConnection};

use crate::{
    lint::Stock,
    openssl::{new_key, openssl, spki_sha256, verify},
    world::{World, shared, submission},
};

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn octets(value: &Value, name: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text(value, name)).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Whether OpenSSL verifies the word, with no help from the daemon.
fn verifies(word: &Value, signed: &str) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("key.pem"), text(word, "public_key")).unwrap();
    fs::write(at("signature"), octets(word, "signature")).unwrap();
    fs::write(at("text"), signed).unwrap();
    assert_eq!(word["alg"], "ES256");
    let output = Command::new("openssl")
        .args(["dgst", "-sha256", "-verify"])
        .arg(at("key.pem"))
        .arg("-signature")
        .arg(at("signature"))
        .arg(at("text"))
        .output()
        .unwrap();
    output.status.success()
}

/// Leaves of the log that `condition` finds.
pub fn leaves(world: &World, condition: &str) -> Vec<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let url = format!(
            "sqlite://{}?mode=ro",
            world.instance.path("ca.db").display()
        );
        let mut store = SqliteConnection::connect(&url).await.unwrap();
        let sql = format!("SELECT leaf FROM audit_entry WHERE {condition}");
        let sql = sqlx::AssertSqlSafe(sql);
        let rows = sqlx::query(sql).fetch_all(&mut store).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    })
}

/// The TBSCertificate of a DER certificate whose lengths take two octets.
fn tbs(der: &[u8]) -> &[u8] {
    assert_eq!((der[0], der[1], der[4], der[5]), (0x30, 0x82, 0x30, 0x82));
    let length = usize::from(der[6]) * 256 + usize::from(der[7]);
    &der[4..8 + length]
}

#[test]
fn the_evidence_verifies_offline_and_explains_the_certificate() {
    let world = shared();
    let client = world.first();
    let (order, address) = client.ready(&world.data);
    let (_, csr) = new_key();
    let asked = submission(&csr);
    let made = client.activate(&order, &asked).ok();
    let path = |id: &str| format!("/certificates/{id}/evidence");
    let bundle = world.instance.get("auditor", &path(text(&made, "id"))).ok();
    let by_serial = path(text(&made, "serial"));
    assert_eq!(world.instance.get("officer", &by_serial).ok(), bundle);

    let certificate = &bundle["certificate"];
    for name in ["id", "serial", "sha256", "pem"] {
        assert_eq!(certificate[name], made[name]);
    }
    let (pem, chain) = (text(certificate, "pem"), text(&bundle, "chain"));
    verify(
        &world.instance.path("root.pem"),
        chain.as_bytes(),
        pem,
        "smimesign",
    );
    let der = openssl(&["x509", "-outform", "DER"], pem.as_bytes());
    let issuance = &bundle["issuance"];
    assert_eq!(sha256(&der), text(certificate, "sha256"));
    assert_eq!(sha256(tbs(&der)), text(issuance, "tbs_sha256"));
    assert_eq!(text(issuance, "profile_sha256").len(), 64);
    assert!(!text(issuance, "lint_rules").is_empty());
    let rests = issuance["rests_on"].as_array().unwrap().iter();
    let rests: Vec<&str> = rests.map(|rest| text(rest, "kind")).collect();
    for kind in ["caa_check", "mailbox", "subject_data"] {
        assert!(rests.contains(&kind), "{rests:?}");
    }

    let request = &bundle["request"];
    assert_eq!(request["acting_for"]["user_id"], "u-1");
    assert_eq!(request["order_id"], json!(order));
    assert_eq!(request["http"]["identity"], "customer");
    let body = octets(request, "body");
    assert_eq!(body, asked.to_string().into_bytes());
    let called = format!("POST\0/orders/{order}/activation\0");
    let called = [called.as_bytes(), &body].concat();
    assert_eq!(sha256(&called), text(&request["http"], "sha256"));
    assert_eq!(sha256(&octets(request, "spki")), spki_sha256(&csr));
    assert_eq!(text(&bundle["key"], "spki_sha256"), spki_sha256(&csr));
    assert_eq!(bundle["key"]["faults_today"], json!([]));
    let statements = bundle["statements"].as_array().unwrap().iter();
    let statements: Vec<_> = statements.map(|s| (text(s, "id"), &s["version"])).collect();
    let one = json!(1);
    let accepted = [
        ("subscriber-agreement", &one),
        ("certificate-content", &one),
    ];
    assert_eq!(statements, accepted);
    let mailbox = &bundle["mailboxes"][0];
    assert_eq!(mailbox["email"], json!(address));
    assert_eq!(mailbox["method"], "3.2.2.2");
    assert!(mailbox["confirmed_at"].is_string());
    assert_eq!(bundle["caa"][0]["verdict"], "permitted");
    assert_eq!(bundle["caa"][0]["domain"], "example.com");
    assert_texts(&bundle);
    assert_log(&world, &bundle);
}

/// What hashes and versions stand for is there, word for word.
fn assert_texts(bundle: &Value) {
    let texts = bundle["texts"].as_array().unwrap();
    for one in texts {
        assert_eq!(sha256(text(one, "text").as_bytes()), text(one, "sha256"));
    }
    let of = |kind: &str| {
        let found = texts.iter().filter(|one| one["kind"] == kind);
        found.map(|one| text(one, "name")).collect::<Vec<_>>()
    };
    let [profile] = of("profile")[..] else {
        panic!("{texts:?}");
    };
    let issuance = &bundle["issuance"];
    assert_eq!(issuance["profile"], profile);
    let find = |sha256: &Value| texts.iter().find(|one| one["sha256"] == *sha256).unwrap();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/config/profiles");
    let file = fs::read_to_string(format!("{shipped}/{profile}.toml")).unwrap();
    assert_eq!(text(find(&issuance["profile_sha256"]), "text"), file);
    let organization = &bundle["organization"]["statements"];
    let organization = organization.as_array().unwrap();
    let accepted = bundle["statements"].as_array().unwrap().iter();
    for statement in accepted.chain(organization) {
        let shown = find(&statement["sha256"]);
        let name = format!("{} v{}", text(statement, "id"), statement["version"]);
        assert_eq!(text(shown, "name"), name);
        let (english, polish) = text(shown, "text").split_once('\n').unwrap();
        assert!(english.starts_with("I ") && polish != english, "{shown}");
    }
    assert_eq!(of("statement").len(), 4);
    assert_eq!([&issuance["lint_rules"]], of("lint_rules")[..]);
    let judged = &bundle["key"]["at_issuance"];
    assert_eq!([&judged["rules"]], of("key_rules")[..]);
    let rules = texts.iter().find(|one| one["kind"] == "key_rules").unwrap();
    let kept = judged["kept"].as_array().unwrap();
    assert!(kept.contains(&json!("blocked")), "{judged}");
    for rule in kept {
        let line = format!("\n{}\t", rule.as_str().unwrap());
        assert!(text(rules, "text").contains(&line), "{line}");
    }
    let lists = text(find(&judged["lists_sha256"]), "text");
    assert!(
        lists.starts_with("published\t0\t") && lists.contains("\nown\t"),
        "{lists}"
    );
}

/// The entries are the log's own bytes, and fix what was signed; so is that somebody read.
fn assert_log(world: &World, bundle: &Value) {
    let entries = bundle["audit"].as_array().unwrap();
    let kinds: Vec<&str> = entries.iter().map(|entry| text(entry, "type")).collect();
    let expected = [
        "activation.submitted",
        "caa.checked",
        "case.decided",
        "case.proposed",
        "cert.issued",
        "cert.sign_intent",
        "request.received",
        "text.kept",
        "text.kept",
        "validation.passed",
        "validation.started",
    ];
    let mut sorted = kinds.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    let read = |entry: &Value| {
        let leaf = octets(entry, "leaf");
        let place = format!("log = '{}' AND seq = {}", text(entry, "log"), entry["seq"]);
        assert_eq!(leaves(world, &place), std::slice::from_ref(&leaf));
        let leaf: Value = serde_json::from_slice(&leaf).unwrap();
        assert_eq!(leaf["seq"], entry["seq"]);
        assert_eq!(leaf["type"], entry["type"]);
        leaf
    };
    let leaves_read: Vec<Value> = entries.iter().map(read).collect();
    let of = |kind: &str| kinds.iter().position(|found| *found == kind).unwrap();
    let submitted = of("activation.submitted");
    let beside = &entries[submitted]["detail"];
    let salted = [
        hex::decode(text(beside, "salt")).unwrap(),
        octets(beside, "json"),
    ];
    assert_eq!(
        sha256(&salted.concat()),
        text(&leaves_read[submitted], "detail")
    );
    let beside: Value = serde_json::from_slice(&octets(beside, "json")).unwrap();
    let body = octets(&bundle["request"], "body");
    assert_eq!(text(&beside, "request").as_bytes(), body);
    let [intent, issued] = ["cert.sign_intent", "cert.issued"].map(|kind| &leaves_read[of(kind)]);
    assert_eq!(intent["object"]["sha256"], bundle["issuance"]["tbs_sha256"]);
    assert_eq!(
        issued["data"]["certificate_sha256"],
        bundle["certificate"]["sha256"]
    );
    let serial = text(&bundle["certificate"], "serial");
    let reads = format!(
        "instr(CAST(leaf AS TEXT), '\"evidence.read\"') AND instr(CAST(leaf AS TEXT), '{serial}')"
    );
    assert_eq!(leaves(world, &reads).len(), 2);
}

#[test]
fn both_signed_words_verify_with_the_keys_in_the_evidence() {
    let world = shared();
    let made = world.first().issued(&new_key().1);
    let path = format!("/certificates/{}/evidence", text(&made, "id"));
    let organization = &world.instance.get("officer", &path).ok()["organization"];
    let words = organization["decisions"].as_array().unwrap();
    let steps: Vec<&str> = words.iter().map(|word| text(word, "step")).collect();
    assert_eq!(steps, ["propose", "decide"]);
    assert_ne!(words[0]["by"], words[1]["by"]);
    for word in words {
        let signed = text(word, "signed_text");
        let lines: Vec<&str> = signed.lines().collect();
        assert_eq!(lines[0], "chancery-decision/v1");
        assert_eq!(lines[1], text(organization, "case_id"));
        assert_eq!((lines[2], lines[3]), (text(word, "step"), "approve"));
        assert!(verifies(word, signed));
        assert!(!verifies(word, &signed.replace("approve", "reject")));
        let key = text(word, "public_key").as_bytes();
        let spki = openssl(&["pkey", "-pubin", "-outform", "DER"], key);
        assert_eq!(sha256(&spki), text(word, "public_key_sha256"));
    }
    let checks = organization["checks"].as_array().unwrap();
    let verified = checks.iter().filter(|check| check["state"] == "VERIFIED");
    let dated: Vec<_> = verified.map(|check| text(check, "checked_at")).collect();
    assert!(!dated.is_empty(), "{organization}");
    let facts = &organization["verified"];
    assert!(text(facts, "organization_lapses_at") > text(facts, "organization_checked_at"));
    assert!(!organization["evidence"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_changed_since_takes_nothing_from_the_evidence() {
    let world = World::start(Vec::new());
    let client = world.first();
    let (first, address) = client.ready(&world.data);
    let second = client.bound(&world.data);
    client.set_address(&second, &address).ok();
    let made = client.activate(&second, &submission(&new_key().1)).ok();
    let evidence = |id: &str| {
        let path = format!("/certificates/{id}/evidence");
        world.instance.get("auditor", &path).ok()
    };
    let bundle = evidence(text(&made, "id"));
    let [own, origin] = bundle["mailboxes"].as_array().unwrap().as_slice() else {
        panic!("{bundle}");
    };
    assert_eq!(own["reused_from"], origin["id"]);
    assert_eq!(origin["order_id"], json!(first));
    for fact in ["sent_at", "confirmed_at", "confirmed_by", "initiated_at"] {
        assert!(own[fact].is_string(), "{fact} of {own}");
        assert_eq!(own[fact], origin[fact], "{fact}");
    }

    // As if the first order's address had been validated anew.
    let mut stock = Stock::open(&world).await;
    stock
        .run("UPDATE mailbox SET confirmed_at = confirmed_at + 1 WHERE reused_from IS NULL")
        .await;
    let later = evidence(text(&made, "id"));
    assert_eq!(later["mailboxes"], json!([own]));
    let kinds = later["audit"].as_array().unwrap().iter();
    let kinds: Vec<&str> = kinds.map(|entry| text(entry, "type")).collect();
    for kind in [
        "validation.started",
        "validation.passed",
        "validation.reused",
    ] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }

    // An issuer that has left the configuration.
    let der = stock.newest().await;
    let name = stock.add("gone-g1", &der).await;
    let (_, serial) = name.split_once('/').unwrap();
    let gone = evidence(serial);
    assert_eq!(gone.get("chain"), None);
    assert_eq!(gone["certificate"]["issuer"], "gone-g1");
}
