//! DKIM on mails that a server has taken, judged by a foreign verifier.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use chancery::{
    adapters::smtp::{
        NotAligned, Sender,
        dkim::{DkimFault, DkimKey},
        relay::Security,
    },
    domain::text::Language,
};
use secrecy::SecretSlice;
use serde_json::{Value, json};

use crate::{
    sink::{Sink, python},
    world::World,
};

/// Verdicts on each signature of the mail on stdin; DNS is the JSON in the argument.
const VERIFY: &str = r#"
import dkim, json, sys
names = json.loads(sys.argv[1])
mail = sys.stdin.buffer.read()
dns = lambda name, timeout=0: names.get(name.decode().rstrip("."), "").encode()
count = mail.lower().count(b"dkim-signature:")
def right(number):
    try:
        return dkim.DKIM(mail).verify(idx=number, dnsfunc=dns)
    except dkim.ValidationError:
        return False
print(json.dumps([right(number) for number in range(count)]))
"#;

/// A fresh key: the PEM, and what its DNS record says.
fn key(algorithm: &[&str], record: &str, skip: usize) -> (SecretSlice<u8>, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key.pem");
    let path = path.to_str().unwrap();
    run("openssl", &[&["genpkey", "-out", path], algorithm].concat());
    let public = run(
        "openssl",
        &["pkey", "-in", path, "-pubout", "-outform", "DER"],
    );
    let value = BASE64_STANDARD.encode(&public[skip..]);
    let pem = std::fs::read(path).unwrap();
    (
        SecretSlice::from(pem),
        format!("v=DKIM1; k={record}; p={value}"),
    )
}

fn rsa(bits: &str) -> (SecretSlice<u8>, String) {
    let bits = format!("rsa_keygen_bits:{bits}");
    key(&["-algorithm", "RSA", "-pkeyopt", &bits], "rsa", 0)
}

/// RFC 8463 4: the 32 octets without their SubjectPublicKeyInfo.
fn ed25519() -> (SecretSlice<u8>, String) {
    key(&["-algorithm", "ED25519"], "ed25519", 12)
}

fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    output.stdout
}

fn verdicts(mail: &str, dns: &Value) -> Vec<bool> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.eml");
    std::fs::write(&path, mail).unwrap();
    let output = Command::new(python())
        .args(["-c", VERIFY, &dns.to_string()])
        .stdin(std::fs::File::open(Path::new(&path)).unwrap())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn every_mail_verifies_under_both_keys_and_no_altered_one_does() {
    let ((rsa, rsa_record), (ed25519, ed_record)) = (rsa("2048"), ed25519());
    let dns = json!({
        "rsa1._domainkey.example.com": rsa_record,
        "ed1._domainkey.example.com": ed_record,
    });
    let keys = [("rsa1", rsa), ("ed1", ed25519)]
        .map(|(selector, pem)| Arc::new(DkimKey::new("example.com", selector, &pem).unwrap()));
    let sender = Sender::parse("Urząd <ca@example.com>").unwrap();
    let sender = sender.signed_by(keys.to_vec()).unwrap();
    let sink = Sink::start("starttls");
    let relay = sink.relay_from(sender, Security::StartTls, "postman", &sink.ca_pem);
    let world = World::new(Arc::new(relay)).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    world.issue(Language::English).await;
    world.runner.tick().await.unwrap();
    let mails = sink.mails();
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert!(mail.lines().all(|line| line.len() <= 998));
        assert_eq!(verdicts(mail, &dns), [true, true], "{mail}");
        let subject = mail.replace("Subject: ", "Subject: Re: ");
        let second = mail.replace("\r\nTo: ", "\r\nFrom: other@example.com\r\nTo: ");
        let answered = mail.replace("\r\nTo: ", "\r\nReply-To: x@evil.example\r\nTo: ");
        let before_to = |field: &str| mail.replace("\r\nTo: ", &format!("\r\n{field}\r\nTo: "));
        let sent_by = before_to("Sender: x@evil.example");
        let by_hand = before_to("Auto-Submitted: no");
        let spoken = before_to("Content-Language: de");
        let encoded = before_to("Content-Transfer-Encoding: base64");
        let body = format!("{mail}x\r\n");
        let added = [sent_by, by_hand, spoken, encoded];
        for altered in [subject, second, answered, body].into_iter().chain(added) {
            assert_ne!(altered, *mail);
            assert_eq!(verdicts(&altered, &dns), [false, false], "{altered}");
        }
    }
}

#[test]
fn a_weak_key_and_a_foreign_domain_are_refused() {
    let weak = DkimKey::new("example.com", "s1", &rsa("1024").0);
    assert_eq!(weak.unwrap_err(), DkimFault::Key);
    let sender = || Sender::parse("ca@mail.example.com").unwrap();
    let of = |domain: &str| Arc::new(DkimKey::new(domain, "s1", &ed25519().0).unwrap());
    assert!(sender().signed_by(vec![of("Example.com")]).is_ok());
    for domain in ["ple.com", "other.example", "a.mail.example.com"] {
        let refused = sender().signed_by(vec![of(domain)]);
        assert_eq!(refused.unwrap_err(), NotAligned, "{domain}");
    }
}
