//! What a CA certificate of ours lets be read from it.

use super::samples::{ISSUING, MULTIPURPOSE, ROOT, leaf, sign};
use crate::{
    pkix::{
        algorithm::SignatureAlgorithm,
        certificate::{CaCertificate, NotACa},
        signature::BadSignature,
        spki::Curve,
        test_key::TestKey,
    },
    policy::{
        lint::RuleSet,
        profile::leaf_type::{LeafType, ValidationLevel},
    },
};

#[test]
fn a_ca_certificate_knows_its_issuer() {
    let (root, issuing) = (&ROOT.certificate, &ISSUING.certificate);
    assert!(root.is_self_issued() && !issuing.is_self_issued());
    assert_eq!(issuing.verify_issued_by(root), Ok(()));
    assert_eq!(root.verify_issued_by(root), Ok(()));
    assert_eq!(root.verify_issued_by(issuing), Err(BadSignature));
    assert!(issuing.permits(SignatureAlgorithm::EcdsaP384Sha384));
    assert!(!issuing.permits(SignatureAlgorithm::EcdsaP256Sha256));
    let mut changed = issuing.as_der().to_vec();
    *changed.last_mut().unwrap() ^= 1;
    let changed = CaCertificate::from_der(&changed).unwrap();
    assert_eq!(changed.verify_issued_by(root), Err(BadSignature));
}

#[test]
fn a_leaf_or_garbage_is_no_ca() {
    let rules = RuleSet::leaf(&ISSUING.certificate, LeafType::ORGANIZATION_MULTIPURPOSE);
    let key = TestKey::ec(Curve::P256).public();
    let der = sign(leaf(&ISSUING, MULTIPURPOSE, &key), &rules, &ISSUING.key);
    assert_eq!(CaCertificate::from_der(&der), Err(NotACa::NotCa));
    let issuing = ISSUING.certificate.as_der();
    for cut in 0..issuing.len() {
        let read = CaCertificate::from_der(&issuing[..cut]);
        assert_eq!(read, Err(NotACa::Malformed), "{cut}");
    }
}

/// A leaf's policy must be among those of its issuer (RFC 5280 6.1.3 d).
#[test]
fn a_ca_certifies_by_the_policies_it_lists() {
    for leaf_type in LeafType::all() {
        let listed = leaf_type.level == ValidationLevel::Organization;
        let policy = leaf_type.policy();
        assert_eq!(ISSUING.certificate.certifies(policy), listed, "{policy}");
        assert!(!ROOT.certificate.certifies(policy), "a root lists none");
    }
}
