use std::{num::NonZeroU32, time::Duration};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, DnValue, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, RsaKeySize,
};

use super::*;
use crate::{
    domain::{intent::IssuerName, signing::KeyName},
    pkix::{algorithm::SignatureAlgorithm, certificate::CaCertificate},
    policy::issuance::IssuerKey,
    services::authority::{CrlPeriod, slot::SigningSlots},
};

const MULTIPURPOSE: &str = include_str!("../../../../config/profiles/org-multipurpose.toml");
const STRICT: &str = include_str!("../../../../config/profiles/org-strict.toml");

/// Lives from 2026 through 2030.
fn authority(key: &KeyPair, algorithm: SignatureAlgorithm) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let name = &mut params.distinguished_name;
    let country = DnValue::PrintableString("PL".try_into().unwrap());
    name.push(DnType::CountryName, country);
    name.push(DnType::OrganizationName, "Example");
    name.push(DnType::CommonName, "Example Issuing CA");
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2031, 1, 1);
    let certificate = params.self_signed(key).unwrap();
    let certificate = CaCertificate::from_der(certificate.der()).unwrap();
    let public = certificate.public_key().clone();
    Authority {
        name: IssuerName::parse("issuing-g1").unwrap(),
        key: IssuerKey::new(KeyName::parse("k").unwrap(), public, algorithm).unwrap(),
        chain: vec![certificate.as_der().to_vec()],
        certificate,
        partitions: NonZeroU32::MIN,
        base_url: "http://pki.example.com".to_owned(),
        crl: CrlPeriod {
            validity: Duration::from_secs(7 * 86_400),
            refresh: Duration::from_secs(86_400),
        },
        slots: SigningSlots::new(1),
    }
}

fn elliptic() -> Authority {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    authority(&key, SignatureAlgorithm::EcdsaP384Sha384)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn profile(text: &str) -> CertificateProfile {
    CertificateProfile::parse(text).unwrap()
}

#[test]
fn the_shipped_profiles_pass_in_every_year_of_the_issuer() {
    let issuer = elliptic();
    for text in [MULTIPURPOSE, STRICT] {
        for (now, days) in [
            ("2020-01-01T00:00:00Z", 365),
            ("2026-11-24T00:00:00Z", 1),
            ("2026-11-24T00:00:00Z", 730),
            ("2030-12-31T00:00:00Z", 365),
            ("2040-01-01T00:00:00Z", 730),
        ] {
            let tried = attempt(&issuer, &profile(text), days, at(now));
            assert_eq!(tried, Ok(None), "{now} {days}");
        }
    }
}

#[test]
fn what_no_activation_could_end_with_is_refused() {
    let (issuer, now) = (elliptic(), at("2026-11-24T00:00:00Z"));
    let longest = MULTIPURPOSE.replace("max_validity_days = 730", "max_validity_days = 825");
    assert_ne!(longest, MULTIPURPOSE);
    let refused = attempt(&issuer, &profile(&longest), 825, now).unwrap_err();
    let Obstacle::Lint { finding, .. } = &refused else {
        panic!("{refused:?}");
    };
    assert_eq!(finding.rule, "w_validity_at_maximum");
    assert!(refused.to_string().contains("6.3.2"), "{refused}");
    assert_eq!(attempt(&issuer, &profile(&longest), 824, now), Ok(None));
    let (asked, allowed) = (731, 730);
    let fault = LeafFault::Days { asked, allowed };
    let key = "RSA";
    assert_eq!(
        attempt(&issuer, &profile(MULTIPURPOSE), asked, now),
        Err(Obstacle::Draft { key, fault })
    );
}

/// From 2027-09-15 no leaf is signed under such a key (S/MIME BR 6.1.5); its CRLs are.
#[test]
fn what_the_calendar_ends_does_not_stop_a_start() {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let issuer = authority(&key, SignatureAlgorithm::RsaPkcs1Sha256);
    let tried = |now| attempt(&issuer, &profile(MULTIPURPOSE), 365, at(now));
    assert_eq!(tried("2027-09-14T23:59:59Z"), Ok(None));
    let Ok(Some(Obstacle::Lint { finding, .. })) = tried("2027-09-15T00:00:00Z") else {
        panic!("{:?}", tried("2027-09-15T00:00:00Z"));
    };
    assert_eq!(finding.rule, "e_rsa_issuer_3072");
}
