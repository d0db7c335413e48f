use super::{
    ca::CaFault,
    leaf::LeafFault,
    samples::{
        self, ISSUING, MULTIPURPOSE, ROOT, RSA_LEAF, issuer_key, leaf, leaf_for, list_rules,
    },
    *,
};
use crate::{
    domain::{signing::SignPurpose, timestamp::Timestamp},
    pkix::{certification_request::RequestView, name::AttributeType},
    policy::{activation::Subject, lint::RuleSet, profile::leaf_type::LeafType},
};

fn now() -> Timestamp {
    samples::SIGNED_AT.parse().unwrap()
}

fn rules() -> RuleSet {
    RuleSet::leaf(&ISSUING.certificate, LeafType::ORGANIZATION_MULTIPURPOSE)
}

#[test]
fn only_the_recorded_bytes_are_ordered_and_only_their_signature_is_taken() {
    let linted = leaf(&ISSUING, MULTIPURPOSE, &RSA_LEAF)
        .lint(&rules(), now())
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
        Err(Unfinished::Signature)
    );
    let issued = recorded.finish(&Signature(ISSUING.key.sign(&tbs))).unwrap();
    assert!(issued.der().windows(tbs.len()).any(|window| window == tbs));
}

#[test]
fn a_finding_stops_the_draft() {
    let draft = leaf(&ISSUING, MULTIPURPOSE, &RSA_LEAF);
    let strict = RuleSet::leaf(&ISSUING.certificate, LeafType::ORGANIZATION_STRICT);
    let report = draft.clone().lint(&strict, now()).unwrap_err();
    assert!(
        report.obstacles().any(|f| f.rule == "e_reserved_policy"),
        "{report}"
    );
    for rules in [
        list_rules(&ISSUING),
        RuleSet::leaf(&ROOT.certificate, LeafType::ORGANIZATION_STRICT),
    ] {
        let report = draft.clone().lint(&rules, now()).unwrap_err();
        assert_eq!(report.findings[0].rule, "e_rule_set");
    }
}

#[test]
fn an_algorithm_must_fit_the_key() {
    let key = issuer_key(&ISSUING.key);
    let wrong = SignatureAlgorithm::EcdsaP256Sha256;
    let made = IssuerKey::new(key.name().clone(), key.public().clone(), wrong);
    assert_eq!(made, Err(AlgorithmMismatch(wrong)));
}

fn say(subject: &mut Subject, kind: AttributeType, value: &str) {
    subject.attributes.insert(kind, value.to_owned());
}

/// What the profile or the issuer does not allow never becomes a draft.
#[test]
fn a_leaf_keeps_within_profile_and_issuer() {
    let refused = |change: &dyn Fn(&mut Subject)| {
        let mut subject = samples::subject();
        change(&mut subject);
        leaf_for(&ISSUING, MULTIPURPOSE, &RSA_LEAF, &subject).map(|_| ())
    };
    assert_eq!(refused(&|_| {}), Ok(()));
    assert_eq!(
        refused(&|s| say(s, AttributeType::CommonName, "Other")),
        Err(LeafFault::CommonName)
    );
    let mailbox = samples::subject().mailbox;
    assert_eq!(
        refused(&|s| say(s, AttributeType::CommonName, &mailbox)),
        Ok(())
    );
    assert!(matches!(
        refused(&|s| s.mailbox = "jań@example.com".to_owned()),
        Err(LeafFault::Mailbox(_))
    ));
    assert!(matches!(
        refused(&|s| say(s, AttributeType::Country, "pl")),
        Err(LeafFault::Name(_))
    ));
    let no_place = MULTIPURPOSE.replace("locality = \"optional\"\n", "");
    let made = leaf_for(&ISSUING, &no_place, &RSA_LEAF, &samples::subject()).map(|_| ());
    assert_eq!(made, Err(LeafFault::Forbidden(AttributeType::Locality)));
    let needs_state = MULTIPURPOSE.replace(
        "state_or_province = \"optional\"",
        "state_or_province = \"required\"",
    );
    let made = leaf_for(&ISSUING, &needs_state, &RSA_LEAF, &samples::subject()).map(|_| ());
    assert_eq!(
        made,
        Err(LeafFault::Missing(AttributeType::StateOrProvince))
    );
    let log_key = PublicKey::Ed25519([1; 32]);
    let made = leaf_for(&ISSUING, MULTIPURPOSE, &log_key, &samples::subject()).map(|_| ());
    assert_eq!(made, Err(LeafFault::KeyKind));
}

#[test]
fn a_ca_key_is_large_enough_and_not_its_issuers() {
    let small = PublicKey::Rsa {
        modulus: vec![0xc1; 384],
        exponent: vec![1, 0, 1],
    };
    let order = |subject_key| ca::IssuingOrder {
        issuer: &ROOT.certificate,
        key: Box::leak(Box::new(issuer_key(&ROOT.key))),
        subject: Box::leak(Box::new(samples::ca_name("Example S/MIME CA"))),
        subject_key,
        serial: samples::serial(2),
        validity: samples::period("2026-02-01T00:00:00Z", "2036-02-01T00:00:00Z"),
        crl: Box::leak(Box::new(samples::url("http://a.example/r.crl"))),
        ca_issuers: Box::leak(Box::new(samples::url("http://a.example/r.cer"))),
    };
    assert_eq!(
        ca::issuing(order(&small)).map(|_| ()),
        Err(CaFault::TooSmall(3072))
    );
    let same = ROOT.key.public();
    assert_eq!(
        ca::issuing(order(&same)).map(|_| ()),
        Err(CaFault::SameAsIssuer)
    );
    let late = ca::IssuingOrder {
        validity: samples::period("2026-02-01T00:00:00Z", "2046-02-01T00:00:00Z"),
        ..order(&RSA_LEAF)
    };
    let small_first = ca::issuing(late).map(|_| ());
    assert_eq!(small_first, Err(CaFault::TooSmall(2048)));
}

#[test]
fn the_request_of_an_issuing_ca_goes_the_same_way() {
    let key = issuer_key(&ISSUING.key);
    let own = const_oid::ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1");
    let value = crate::pkix::tlv::element(crate::pkix::tlv::OCTET_STRING, &[&[7; 32]]);
    let draft = ca::request(
        &samples::ca_name("Example S/MIME CA"),
        &key,
        &[(own, value)],
    );
    let der = samples::sign(draft.unwrap(), &RuleSet::request(), &ISSUING.key);
    let view = RequestView::parse(&der).unwrap();
    assert_eq!(PublicKey::from_spki(view.spki), Ok(ISSUING.key.public()));
    assert!(view.attribute(own).unwrap().is_some());
}
