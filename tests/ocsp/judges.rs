//! OpenSSL's requests read by us, and our answers read by OpenSSL.

use chancery::pkix::{
    ocsp::{
        cert_id::{CertId, NameHash},
        request::OcspRequest,
        response::{CertStatus, DataView, OcspView, StatusView},
    },
    tbs_cert_list::CrlReason,
};

use crate::world::{WORLD, serial};

#[test]
fn the_requests_of_openssl_are_read_and_written_alike() {
    let serial = serial("4a11c0de4a11c0de4a11c0de4a11c0de");
    for (options, hash, with_nonce) in [
        (&["-no_nonce"][..], NameHash::Sha1, false),
        (&["-nonce"], NameHash::Sha1, true),
        (&["-sha256", "-no_nonce"], NameHash::Sha256, false),
        (&["-sha256", "-nonce"], NameHash::Sha256, true),
    ] {
        let der = WORLD.ask(&serial, options);
        let request = OcspRequest::parse(&der).unwrap();
        assert_eq!(request.cert_id, CertId::of(hash, &WORLD.ca, &serial));
        assert!(request.cert_id.is_of(&WORLD.ca));
        assert_eq!(request.nonce.is_some(), with_nonce);
        assert_eq!(request.to_der(), der, "{options:?}");
    }
}

#[test]
fn openssl_takes_our_answers_as_they_are_meant() {
    let at = "2026-11-01T10:00:00.5Z".parse().unwrap();
    let revoked = |reason| CertStatus::Revoked { at, reason };
    let serial = serial("4a11c0de4a11c0de4a11c0de4a11c0de");
    for (name, status, words) in [
        ("good", CertStatus::Good, &["good"][..]),
        ("unknown", CertStatus::Unknown, &["unknown"]),
        (
            "revoked",
            revoked(CrlReason::Unspecified),
            &["revoked", "Revocation Time: Nov  1 10:00:00 2026 GMT"],
        ),
        (
            "superseded",
            revoked(CrlReason::Superseded),
            &["revoked", "Reason: superseded"],
        ),
    ] {
        for (hash, nonce) in [
            ("-sha1", "-no_nonce"),
            ("-sha1", "-nonce"),
            ("-sha256", "-nonce"),
        ] {
            let asked = WORLD.ask(&serial, &[hash, nonce]);
            let request = OcspRequest::parse(&asked).unwrap();
            let answer = WORLD.answer(&request, status);
            let file = format!("{name}{hash}{nonce}");
            let [verdict, said] = WORLD.judge(&file, &asked, &answer, (hash, &serial));
            assert_eq!(verdict.trim(), "Response verify OK");
            assert!(said.contains("Response verify OK"), "{said}");
            let line = format!("0x{serial}: {}", words[0]);
            assert!(said.contains(&line), "{said}");
            assert!(words[1..].iter().all(|word| said.contains(word)), "{said}");
            assert_eq!(said.contains("Reason:"), name == "superseded", "{said}");
        }
    }
}

#[test]
fn an_answer_of_another_question_is_refused_by_openssl() {
    let (asked, other) = (serial("4a11"), serial("4a12"));
    let request = WORLD.ask(&asked, &["-nonce"]);
    let elsewhere = OcspRequest::parse(&WORLD.ask(&other, &["-nonce"])).unwrap();
    let answer = WORLD.answer(&elsewhere, CertStatus::Good);
    let [verdict, said] = WORLD.judge("another", &request, &answer, ("-sha1", &asked));
    assert!(verdict.contains("Nonce Verify error"), "{verdict}");
    assert!(said.contains("No Status found"), "{said}");
}

#[test]
fn an_answer_says_what_it_was_made_from() {
    let der = WORLD.ask(&serial("4a13"), &["-nonce"]);
    let request = OcspRequest::parse(&der).unwrap();
    let answer = WORLD.answer(&request, CertStatus::Good);
    let view = OcspView::parse(&answer).unwrap();
    assert_eq!(view.certificates, [WORLD.responder_der.as_slice()]);
    let data = DataView::parse(view.data).unwrap();
    assert!(!data.has_version);
    assert_eq!(data.answers.len(), 1);
    assert_eq!(data.answers[0].cert_id, request.cert_id.as_der());
    assert_eq!(data.answers[0].status, StatusView::Good);
    assert!(data.answers[0].extensions.is_empty());
    assert_eq!(data.extensions.len(), 1);
    assert!(data.answers[0].this_update < data.answers[0].next_update.unwrap());
}
