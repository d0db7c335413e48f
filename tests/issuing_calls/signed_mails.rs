//! Mails of a daemon that has keys for them, as a real mail server takes them and foreign programs
//! judge them.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    instance::{run, secret},
    issuing,
    mail_reader::{ed25519, read, rsa, verdicts},
    openssl::{new_key, openssl},
    world::{World, submission},
};

/// Calls that may pass until a mail has come: far more than any run needs.
const PATIENCE: u32 = 3_000;

const EXTENSIONS: &str = "
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = emailProtection
subjectAltName = email:ca@example.com
";

/// A notification CA, its certificate for a key in the token, and a DKIM key of each algorithm;
/// `dkim.json` is what DNS says of them.
fn signing(dir: &Path, config: &mut String) {
    let own = dir.display();
    fs::write(dir.join("notify.cnf"), EXTENSIONS).unwrap();
    let new = "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out";
    for line in [
        &format!("{new} notify-ca.key"),
        "req -x509 -new -key notify-ca.key -days 3000 -subj /CN=Notification -out notify-ca.pem \
         -addext keyUsage=critical,keyCertSign,cRLSign",
        &format!("{new} notify.key"),
        "req -new -key notify.key -subj /CN=Mails -out notify.csr",
        "x509 -req -in notify.csr -CA notify-ca.pem -CAkey notify-ca.key -CAcreateserial \
         -days 3000 -extfile notify.cnf -extensions leaf -out notify.pem",
    ] {
        run(dir, "openssl", line);
    }
    for line in [
        "--init-token --free --label mail --so-pin 5678 --pin 1234",
        "--import notify.key --token mail --label mail-g1 --id 02 --pin 1234",
    ] {
        issuing::token(dir, line);
    }
    let key = format!(
        r#"[[hsm.tokens]]
module = "/usr/lib/softhsm/libsofthsm2.so"
label = "mail"
pin = "{own}/pin"
[[hsm.tokens.keys]]
name = "mail-g1"
id = "02"
label = "mail-g1"
algorithm = "ecdsa-p256-sha256"
purposes = ["mail"]
public_key = "{own}/notify.pem"
[[issuers]]"#
    );
    *config = config.replacen("[[issuers]]", &key, 1);
    config.push_str(&format!(
        "[mail.signing]\nkey = \"mail-g1\"\ncertificate = \"{own}/notify.pem\"\n\
         chain = [\"{own}/notify-ca.pem\"]\n"
    ));
    let mut dns = json!({});
    for (selector, (pem, record)) in [("rsa1", rsa("2048")), ("ed1", ed25519())] {
        secret(dir, &format!("{selector}.key"), &pem);
        dns[format!("{selector}._domainkey.example.com")] = json!(record);
        config.push_str(&format!(
            "[[mail.dkim]]\ndomain = \"example.com\"\nselector = \"{selector}\"\n\
             key = \"{own}/{selector}.key\"\n"
        ));
    }
    fs::write(dir.join("dkim.json"), dns.to_string()).unwrap();
}

/// The judge of S/MIME: `openssl cms -verify`, and that text and HTML are what was signed.
fn is_signed(world: &World, mail: &str) -> bool {
    let path = world.instance.path("judged.eml");
    fs::write(&path, mail).unwrap();
    let judge = concat!(env!("CARGO_MANIFEST_DIR"), "/hsm-test/judges/mail");
    let root = world.instance.path("notify-ca.pem");
    let judged = Command::new(judge).args([path, root]).output().unwrap();
    judged.status.success()
}

/// Files of a mail by name.
fn attached(mail: &str) -> BTreeMap<String, Vec<u8>> {
    let mail = read(mail);
    let files = mail["files"].as_array().unwrap().iter();
    let file = |file: &Value| {
        let content = BASE64_STANDARD.decode(file[2].as_str().unwrap()).unwrap();
        (file[0].as_str().unwrap().to_owned(), content)
    };
    files.map(file).collect()
}

/// Test idea 20 of the flows: the files of the mail are those of the API, and every mail of the
/// order is signed twice over; a word that was altered on its way is found by both judges.
#[test]
fn mails_are_signed_and_bring_what_can_be_downloaded() {
    let world = World::start_with(Vec::new(), &signing);
    let client = world.first();
    let (order, address) = client.ready(&world.data);
    let made = client.activate(&order, &submission(&new_key().1)).ok();
    let to = format!("To: {address}");
    let mut looks = (0..PATIENCE).map(|_| {
        world.instance.get("customer", "/products").ok();
        let mails = world.sink.mails().into_iter();
        mails.filter(|mail| mail.contains(&to)).collect::<Vec<_>>()
    });
    let mails = looks.find(|mails| mails.len() == 3).unwrap();
    let dns = fs::read_to_string(world.instance.path("dkim.json")).unwrap();
    let dns: Value = serde_json::from_str(&dns).unwrap();
    for mail in &mails {
        assert!(is_signed(&world, mail), "{mail}");
        // The server puts its own line before what was signed.
        assert_eq!(verdicts(mail, &dns), [true, true], "{mail}");
        let altered = mail.replace("Example CA\r\n", "Example Ca\r\n");
        assert_ne!(altered, *mail);
        assert!(!is_signed(&world, &altered));
        assert_eq!(verdicts(&altered, &dns), [false, false]);
    }
    let brings = |mail: &&String| mail.contains("certificate.pem");
    let brought: Vec<_> = mails.iter().filter(brings).collect();
    assert_eq!(brought.len(), 1);
    let files = attached(brought[0]);
    let path = format!("/certificates/{}", made["id"].as_str().unwrap());
    let get = |rest: &str| client.get(&format!("{path}/{rest}")).bytes;
    assert_eq!(files["certificate.pem"], get("content?encoding=pem"));
    assert_eq!(files["certificate.cer"], get("content?encoding=der"));
    assert_eq!(files["chain.pem"], get("chain?encoding=pem"));
    let der = openssl(&["x509", "-outform", "DER"], &files["certificate.pem"]);
    assert_eq!(der, files["certificate.cer"]);
}
