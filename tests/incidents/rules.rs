//! Rules that were there and did not apply: no lint, no profile, no CAA.

use chancery::{
    domain::caa::{DomainName, Verdict},
    pkix::certificate::CaCertificate,
    policy::{
        caa,
        lint::{Object, Occasion, RuleSet},
        profile::{CertificateProfile, leaf_type::LeafType},
    },
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer as Signer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P384_SHA384,
};

use crate::{
    issuer::{EC, RSA},
    made::{against_issuing, good},
};

/// A rule set is bound to an issuer and a key; under another nothing is signed.
#[test]
fn incident_05_an_issuing_key_without_its_lint() {
    let der = good();
    let found = |rules: RuleSet, object| {
        let occasion = Occasion {
            signer: Some(&EC.certificate.public_key().to_spki()),
            ..Occasion::default()
        };
        rules.judge(object, &der, occasion).into_obstacles()
    };
    let own = || RuleSet::leaf(&EC.certificate, LeafType::ORGANIZATION_MULTIPURPOSE);
    assert_eq!(found(own(), Object::Certificate), []);
    for (rules, object) in [
        (
            RuleSet::leaf(&RSA.certificate, LeafType::ORGANIZATION_MULTIPURPOSE),
            Object::Certificate,
        ),
        (RuleSet::issuing(&EC.certificate), Object::Certificate),
        (RuleSet::request(), Object::Certificate),
        (own(), Object::CertificateList),
        (own(), Object::Request),
    ] {
        let found = found(rules, object);
        assert!(!found.is_empty(), "{object:?}");
        assert!(found.iter().all(|finding| finding.allowed.is_none()));
    }
}

/// The start refuses a profile whose policy is not its generation's, and names the clause.
#[test]
fn incident_06_a_profile_with_the_policy_of_another_type() {
    let text = include_str!("../../config/profiles/org-multipurpose.toml");
    assert!(CertificateProfile::parse(text).is_ok());
    for other in [
        "2.23.140.1.5.4.2",
        "2.23.140.1.5.2.3",
        "1.3.6.1.4.1.99999.1",
    ] {
        let changed = text.replace("2.23.140.1.5.2.2", other);
        let fault = CertificateProfile::parse(&changed).unwrap_err();
        assert!(format!("{fault}").contains("7.1.6.1"), "{fault}");
    }
}

fn ca(purposes: &[ExtendedKeyUsagePurpose], constraints: BasicConstraints) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = purposes.to_vec();
    // Rules bind from notBefore on.
    params.not_before = rcgen::date_time_ymd(2026, 11, 20);
    params.not_after = rcgen::date_time_ymd(2036, 1, 1);
    params
        .distinguished_name
        .push(DnType::CommonName, "Example CA");
    params
}

#[test]
fn incident_24_an_issuing_ca_that_may_sign_ocsp() {
    let key = || KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let (root_key, issuing_key) = (key(), key());
    let root = ca(&[], BasicConstraints::Unconstrained);
    let signed = root.self_signed(&root_key).unwrap();
    let root_certificate = CaCertificate::from_der(signed.der()).unwrap();
    let signer = Signer::from_params(&root, &root_key);
    let against = |purposes: &[ExtendedKeyUsagePurpose]| {
        let params = ca(purposes, BasicConstraints::Constrained(0));
        let signed = params.signed_by(&issuing_key, &signer).unwrap();
        against_issuing(&root_certificate, signed.der())
    };
    let mail = ExtendedKeyUsagePurpose::EmailProtection;
    let plain = against(std::slice::from_ref(&mail));
    assert!(!plain.contains(&"e_no_ocsp_signing"), "{plain:?}");
    let wide = against(&[mail, ExtendedKeyUsagePurpose::OcspSigning]);
    assert!(wide.contains(&"e_no_ocsp_signing"), "{wide:?}");
}

/// The decision takes records and the CA's own names, and nothing that could be an exception.
#[test]
fn incident_31_caa_that_forbids() {
    let own = [DomainName::parse("ca.example.com").unwrap()];
    let decided = |flags: u8, tag: &str, value: &str| {
        let property = chancery::domain::caa::Property {
            flags,
            tag: tag.to_owned(),
            value: value.as_bytes().to_vec(),
        };
        caa::decide(&[property], &own).verdict
    };
    assert_eq!(
        decided(0, "issuemail", "ca.example.com"),
        Verdict::Permitted
    );
    for (flags, tag, value) in [
        (0, "issuemail", "other.example.net"),
        (0, "issuemail", ";"),
        (0, "issuemail", ""),
        (0, "issuemail", "%%%"),
        (0, "ISSUEMAIL", "other.example.net"),
        (128, "unknown", "x"),
    ] {
        assert_eq!(
            decided(flags, tag, value),
            Verdict::Forbidden,
            "{tag} {value}"
        );
    }
}
