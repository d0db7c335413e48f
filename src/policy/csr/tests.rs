use std::{collections::BTreeSet, fs, path::Path};

use super::*;
use crate::policy::key_policy::published::PublishedKeys;

fn fixtures(kind: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/csr")
        .join(kind);
    let mut found = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pem"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect::<Vec<_>>();
    found.sort();
    found
}

fn fixture(kind: &str, name: &str) -> String {
    let mut all = fixtures(kind).into_iter();
    all.find(|(found, _)| found == name).unwrap().1
}

#[test]
fn requests_of_six_tools_pass() {
    let good = fixtures("good");
    for tool in [
        "openssl",
        "certtool",
        "certutil",
        "keytool",
        "cryptography",
        "node-forge",
    ] {
        assert!(
            good.iter().any(|(name, _)| name.starts_with(tool)),
            "{tool}"
        );
    }
    for (name, text) in good {
        let proven = examine(&text).unwrap_or_else(|refused| panic!("{name}: {refused:?}"));
        let subject = !name.contains("empty-subject");
        assert_eq!(
            proven.warnings().contains(&CsrWarning::SubjectIgnored),
            subject,
            "{name}"
        );
    }
}

#[test]
fn requested_extensions_are_ignored_with_a_warning() {
    for (name, expected) in [
        ("openssl-rsa-2048-extensions.pem", true),
        ("node-forge-rsa-2048.pem", true),
        ("openssl-rsa-2048.pem", false),
    ] {
        let proven = examine(&fixture("good", name)).unwrap();
        let warned = proven.warnings().contains(&CsrWarning::ExtensionsIgnored);
        assert_eq!(warned, expected, "{name}");
    }
}

/// A file is named by the one code it must get.
#[test]
fn every_bad_request_gets_its_code() {
    let mut seen = BTreeSet::new();
    for (name, text) in fixtures("bad") {
        let refused = examine(&text).expect_err(&name);
        let codes = refused
            .faults
            .iter()
            .map(|f| f.as_str())
            .collect::<Vec<_>>();
        let [code] = codes.as_slice() else {
            panic!("{name}: {codes:?}")
        };
        assert!(name.starts_with(code), "{name}: {code}");
        seen.insert((*code).to_owned());
    }
    assert_eq!(seen.len(), 11, "{seen:?}");
}

#[test]
fn a_prime_modulus_is_found_by_the_rule_of_its_own() {
    for (name, prime) in [
        ("csr-key-weak-prime-modulus.pem", true),
        ("csr-key-weak-published.pem", false),
    ] {
        let proven = examine(&fixture("later", name)).unwrap();
        let PublicKey::Rsa { modulus, .. } = proven.key() else {
            panic!("{name}")
        };
        assert_eq!(key_policy::prime_modulus::is_prime(modulus), prime);
    }
}

#[test]
fn keys_that_debian_made_are_found_by_their_list() {
    let list =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/csr/later/debian-blacklist.txt");
    let mut published = PublishedKeys::default();
    published.read(&fs::read(list).unwrap()).unwrap();
    // Six kinds of machines for each of the two process numbers.
    assert_eq!(published.len(), 12);
    for (name, found) in [
        ("csr-key-weak-debian-2048.pem", true),
        ("csr-key-weak-debian-2560.pem", true),
        ("csr-key-weak-published.pem", false),
    ] {
        let proven = examine(&fixture("later", name)).unwrap();
        assert_eq!(published.name(proven.key()), found, "{name}");
    }
}

#[test]
fn a_leaked_key_is_given_back_to_be_blocked() {
    for (name, keys) in [
        ("csr-contains-private-key-pkcs8.pem", 1),
        ("csr-contains-private-key-pkcs1-and-csr.pem", 1),
        ("csr-contains-private-key-sec1.pem", 1),
        ("csr-contains-private-key-mislabelled.pem", 1),
        ("csr-contains-private-key-encrypted-and-csr.pem", 1),
        ("csr-contains-private-key-openssh.pem", 0),
        ("csr-contains-private-key-damaged.pem", 1),
    ] {
        let refused = examine(&fixture("bad", name)).unwrap_err();
        assert_eq!(refused.leaked.len(), keys, "{name}");
    }
}

#[test]
fn a_strangers_key_is_not_blocked_without_proof() {
    let unproven = fixture("bad", "csr-signature-invalid-rsa.pem");
    let text = format!("{unproven}-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
    let refused = examine(&text).unwrap_err();
    assert_eq!(refused.faults, [CsrFault::ContainsPrivateKey]);
    assert_eq!(refused.leaked, []);
}

#[test]
fn faults_of_key_and_signature_come_together() {
    let small = fixture("bad", "csr-key-too-small-rsa-1024.pem");
    let refused = examine(&small).unwrap_err();
    assert_eq!(refused.faults, [CsrFault::KeyTooSmall { bits: 1024 }]);
    assert_eq!(refused.key.unwrap().bits(), 1024);
}

#[test]
fn facts_of_the_store_refuse_a_proven_request() {
    let proven = examine(&fixture("good", "openssl-rsa-2048.pem")).unwrap();
    assert!(proven.clone().admit(KeyFacts::default()).is_ok());
    let all = KeyFacts {
        weak: Some(Weakness::Published),
        compromised: true,
        reused: true,
    };
    let refused = proven.admit(all).unwrap_err();
    assert_eq!(
        refused.faults,
        [
            CsrFault::KeyWeak,
            CsrFault::KeyCompromised,
            CsrFault::KeyReused
        ]
    );
}

#[test]
fn no_text_makes_it_panic_and_long_ones_are_refused() {
    let good = fixture("good", "openssl-ec-prime256v1.pem");
    for cut in 0..good.len() {
        let _ = examine(&good[..cut]);
    }
    let long = format!("{}{good}", "x".repeat(MAX_TEXT));
    assert_eq!(examine(&long).unwrap_err().faults, [CsrFault::Malformed]);
}
