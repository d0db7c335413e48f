//! OpenSSL as the foreign judge over what the pipeline makes. The other judges look at the demo's
//! certificates (`hsm-test/judges`).

use std::{fs, path::Path, process::Command};

use aws_lc_rs::rsa::KeySize;

use super::samples::{
    Ca, ISSUING, LEAF_SERIAL, MULTIPURPOSE, ROOT, RSA_LEAF, STRICT, issuing_with, leaf, list,
    list_of, list_rules, serial, sign,
};
use crate::{
    pkix::{
        algorithm::SignatureAlgorithm,
        certs_only::certs_only,
        pem,
        spki::{Curve, PublicKey},
        tbs_cert_list::{CrlReason, RevokedEntry},
        test_key::TestKey,
    },
    policy::{lint::RuleSet, profile::leaf_type::LeafType},
};

fn openssl(folder: &Path, arguments: &str) -> (bool, String) {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .expect("openssl is installed");
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn write(folder: &Path, name: &str, label: &str, der: &[u8]) {
    fs::write(folder.join(name), pem::encode(label, der).unwrap()).unwrap();
}

/// Leaf, chain and CRL of one hierarchy in a folder.
fn written(issuer: &Ca, profile: &str, key: &PublicKey) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let leaf_type = if profile == STRICT {
        LeafType::ORGANIZATION_STRICT
    } else {
        LeafType::ORGANIZATION_MULTIPURPOSE
    };
    let rules = RuleSet::leaf(&issuer.certificate, leaf_type);
    let leaf = sign(leaf(issuer, profile, key), &rules, &issuer.key);
    let crl = sign(list(issuer), &list_rules(issuer), &issuer.key);
    let at = folder.path();
    write(at, "leaf.pem", pem::CERTIFICATE, &leaf);
    write(
        at,
        "issuing.pem",
        pem::CERTIFICATE,
        issuer.certificate.as_der(),
    );
    write(at, "root.pem", pem::CERTIFICATE, ROOT.certificate.as_der());
    write(at, "crl.pem", pem::CRL, &crl);
    let chain = certs_only(&[issuer.certificate.as_der(), ROOT.certificate.as_der()]);
    fs::write(at.join("chain.p7c"), chain).unwrap();
    folder
}

/// 2026-12-02, inside every period of the samples.
const AT: &str = "-attime 1796169600";

#[test]
fn openssl_accepts_every_pair_of_issuer_and_leaf() {
    let rsa = |algorithm| issuing_with(TestKey::rsa(algorithm, KeySize::Rsa4096));
    let issuers = [
        issuing_with(TestKey::ec(Curve::P256)),
        issuing_with(TestKey::ec(Curve::P521)),
        rsa(SignatureAlgorithm::RsaPkcs1Sha256),
        rsa(SignatureAlgorithm::RsaPssSha512),
    ];
    let curves = [Curve::P256, Curve::P384, Curve::P521];
    let mut leaves = curves.map(|curve| TestKey::ec(curve).public()).to_vec();
    leaves.push(RSA_LEAF.clone());
    for issuer in issuers.iter().chain([&*ISSUING]) {
        for key in &leaves {
            for profile in [MULTIPURPOSE, STRICT] {
                let folder = written(issuer, profile, key);
                let mut command = format!(
                    "verify -x509_strict -purpose smimesign -policy_check -crl_check {AT} \
                     -verify_email jan.kowalski@example.com \
                     -CRLfile crl.pem -CAfile root.pem -untrusted issuing.pem leaf.pem"
                );
                command = command.split_whitespace().collect::<Vec<_>>().join(" ");
                let (good, said) = openssl(folder.path(), &command);
                assert!(good, "{} {}: {said}", issuer.key.algorithm(), key.bits());
            }
        }
    }
}

#[test]
fn openssl_sees_what_was_meant() {
    let folder = written(&ISSUING, MULTIPURPOSE, &RSA_LEAF);
    let at = folder.path();
    let (_, text) = openssl(
        at,
        "x509 -in leaf.pem -noout -text -nameopt utf8,sep_comma_plus_space",
    );
    for part in [
        "organizationIdentifier=NTRPL-0000123456",
        "Policy: 2.23.140.1.5.2.2",
        "email:jan.kowalski@example.com",
        "Digital Signature, Key Encipherment",
        "E-mail Protection",
        "Not After : Nov 22 11:54:59 2027 GMT",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let (_, text) = openssl(at, "crl -in crl.pem -noout -text");
    for part in [
        "Version 2",
        "X509v3 CRL Number: \n                7",
        "X509v3 Issuing Distribution Point: critical",
        "URI:http://pki.example.com/crl/issuing-g1/0.crl",
        "Key Compromise",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(text.matches("CRL Reason Code").count(), 1);
    let (good, text) = openssl(at, "pkcs7 -inform DER -in chain.p7c -print_certs -noout");
    assert!(good && text.matches("subject=").count() == 2, "{text}");
}

#[test]
fn openssl_refuses_a_revoked_leaf_another_mailbox_and_another_purpose() {
    let folder = written(&ISSUING, MULTIPURPOSE, &RSA_LEAF);
    let at = folder.path();
    let chain = format!("{AT} -CAfile root.pem -untrusted issuing.pem leaf.pem");
    for refused in [
        format!("verify -verify_email eva@example.com {chain}"),
        format!("verify -purpose sslserver {chain}"),
    ] {
        let (good, said) = openssl(at, &refused);
        assert!(!good, "{said}");
    }
    let revoked = RevokedEntry {
        serial: serial(LEAF_SERIAL),
        revoked_at: "2026-11-30T00:00:00Z".parse().unwrap(),
        reason: CrlReason::Superseded,
    };
    let list = sign(
        list_of(&ISSUING, &[revoked]),
        &list_rules(&ISSUING),
        &ISSUING.key,
    );
    write(at, "crl.pem", pem::CRL, &list);
    let (good, said) = openssl(at, &format!("verify -crl_check -CRLfile crl.pem {chain}"));
    assert!(!good && said.contains("certificate revoked"), "{said}");
}
