use super::{
    samples::{ISSUING, MULTIPURPOSE, ROOT, RSA_LEAF, issuer_key, leaf, list, list_rules},
    *,
};
use crate::{
    domain::{signing::SignPurpose, timestamp::Timestamp},
    policy::{lint::RuleSet, profile::Generation},
};

fn rules() -> RuleSet {
    RuleSet::leaf(&ISSUING.certificate, Generation::Multipurpose)
}

#[test]
fn only_the_recorded_bytes_are_ordered_and_only_their_signature_is_taken() {
    let linted = leaf(&ISSUING, MULTIPURPOSE, &RSA_LEAF)
        .lint(&rules())
        .unwrap();
    let tbs = linted.tbs().to_vec();
    let digest = linted.tbs_sha256();
    assert_eq!(digest, <[u8; 32]>::from(Sha256::digest(&tbs)));
    let other = Committed::new(Timestamp::EPOCH, 1, vec![[0; 32]]);
    assert!(linted.clone().recorded(&other).is_err());
    let committed = Committed::new(Timestamp::EPOCH, 1, vec![[0; 32], digest]);
    let recorded = linted.recorded(&committed).unwrap();
    let order = recorded.order();
    assert_eq!(order.message(), tbs);
    assert_eq!(order.purpose(), SignPurpose::Certificate);
    assert_eq!(order.intent(), recorded.artifact().serial().to_string());
    let foreign = Signature(ROOT.key.sign(&tbs));
    assert_eq!(
        recorded.clone().finish(&foreign).map(Issued::into_der),
        Err(BadSignature)
    );
    let issued = recorded.finish(&Signature(ISSUING.key.sign(&tbs))).unwrap();
    assert!(issued.der().windows(tbs.len()).any(|window| window == tbs));
}

#[test]
fn a_transcript_about_other_bytes_gives_no_right() {
    let linted = list(&ISSUING).lint(&list_rules(&ISSUING)).unwrap();
    let mut digest = linted.tbs_sha256();
    assert!(Recorded::from_transcript(linted.clone(), &digest).is_ok());
    digest[0] ^= 1;
    assert!(Recorded::from_transcript(linted, &digest).is_err());
}

#[test]
fn a_finding_stops_the_draft() {
    let draft = leaf(&ISSUING, MULTIPURPOSE, &RSA_LEAF);
    let strict = RuleSet::leaf(&ISSUING.certificate, Generation::Strict);
    let findings = draft.clone().lint(&strict).unwrap_err();
    assert!(
        findings.iter().any(|f| f.rule == "e_reserved_policy"),
        "{findings:?}"
    );
    assert!(draft.lint(&list_rules(&ISSUING)).is_err());
}

#[test]
fn an_algorithm_must_fit_the_key() {
    let key = issuer_key(&ISSUING.key);
    let wrong = SignatureAlgorithm::EcdsaP256Sha256;
    let made = IssuerKey::new(key.name().clone(), key.public().clone(), wrong);
    assert_eq!(made, Err(AlgorithmMismatch(wrong)));
}
