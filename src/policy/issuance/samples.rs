//! A throw-away hierarchy for unit tests, made by the pipeline itself.

use std::sync::LazyLock;

use aws_lc_rs::rsa::KeySize;

use super::{Draft, IssuerKey, artifact::*, ca, crl, leaf};
use crate::{
    domain::{
        signing::{KeyName, Signature},
        timestamp::Timestamp,
        unit::Committed,
    },
    pkix::{
        algorithm::SignatureAlgorithm,
        certificate::CaCertificate,
        general_name::HttpUrl,
        name::{AttributeType, Name},
        serial_number::SerialNumber,
        spki::{Curve, PublicKey},
        tbs_cert_list::{CrlReason, RevokedEntry},
        test_key::TestKey,
        validity::Validity,
    },
    policy::{
        activation::Subject,
        lint::{RuleSet, list::ListKind},
        profile::CertificateProfile,
    },
};

pub(crate) const MULTIPURPOSE: &str =
    include_str!("../../../config/profiles/org-multipurpose.toml");
pub(crate) const STRICT: &str = include_str!("../../../config/profiles/org-strict.toml");

/// When the samples are signed: a moment after every sample begins.
pub(crate) const SIGNED_AT: &str = "2026-11-22T12:00:00Z";

/// Seed of the leaf's serial.
pub(crate) const LEAF_SERIAL: u8 = 3;

pub(crate) struct Ca {
    pub(crate) key: TestKey,
    pub(crate) certificate: CaCertificate,
}

pub(crate) static ROOT: LazyLock<Ca> = LazyLock::new(|| {
    let key = TestKey::ec(Curve::P384);
    let issuer_key = issuer_key(&key);
    let draft = ca::root(ca::RootOrder {
        subject: &ca_name("Example S/MIME Root"),
        key: &issuer_key,
        serial: serial(1),
        validity: period("2026-01-01T00:00:00Z", "2044-01-01T00:00:00Z"),
    });
    let der = sign(draft.unwrap(), &RuleSet::root(), &key);
    let certificate = CaCertificate::from_der(&der).unwrap();
    Ca { key, certificate }
});

pub(crate) static ISSUING: LazyLock<Ca> = LazyLock::new(|| issuing_with(TestKey::ec(Curve::P384)));

pub(crate) static RSA_LEAF: LazyLock<PublicKey> =
    LazyLock::new(|| TestKey::rsa(SignatureAlgorithm::RsaPkcs1Sha256, KeySize::Rsa2048).public());

/// An issuing CA under [`ROOT`] with this key.
pub(crate) fn issuing_with(key: TestKey) -> Ca {
    let der = sign(
        issuing_draft(&key.public()),
        &RuleSet::issuing(&ROOT.certificate),
        &ROOT.key,
    );
    let certificate = CaCertificate::from_der(&der).unwrap();
    certificate.verify_issued_by(&ROOT.certificate).unwrap();
    Ca { key, certificate }
}

pub(crate) fn issuing_draft(key: &PublicKey) -> Draft<CertificateTbs> {
    let draft = ca::issuing(ca::IssuingOrder {
        issuer: &ROOT.certificate,
        key: &issuer_key(&ROOT.key),
        subject: &ca_name("Example S/MIME CA"),
        subject_key: key,
        serial: serial(2),
        validity: period("2026-02-01T00:00:00Z", "2036-02-01T00:00:00Z"),
        crl: &url("http://pki.example.com/crl/root/0.crl"),
        ca_issuers: &url("http://pki.example.com/ca/root.cer"),
    });
    draft.unwrap()
}

/// A leaf for this key under `issuer`.
pub(crate) fn leaf(issuer: &Ca, profile: &str, key: &PublicKey) -> Draft<CertificateTbs> {
    leaf_for(issuer, profile, key, &subject()).unwrap()
}

pub(crate) fn leaf_for(
    issuer: &Ca,
    profile: &str,
    key: &PublicKey,
    subject: &Subject,
) -> Result<Draft<CertificateTbs>, leaf::LeafFault> {
    leaf::draft(leaf::LeafOrder {
        profile: &CertificateProfile::parse(profile).unwrap(),
        issuer: &issuer.certificate,
        key: &issuer_key(&issuer.key),
        serial: serial(LEAF_SERIAL),
        issued_at: "2026-11-22T12:00:00Z".parse().unwrap(),
        term: leaf::Term::Days(365),
        subject_key: key,
        subject,
        email_in_subject: false,
        urls: &leaf::LeafUrls {
            crl: url("http://pki.example.com/crl/issuing-g1/0.crl"),
            ca_issuers: url("http://pki.example.com/ca/issuing-g1.cer"),
        },
    })
}

pub(crate) fn subject() -> Subject {
    let attributes = [
        (AttributeType::Country, "PL"),
        (AttributeType::Locality, "Łódź"),
        (AttributeType::Organization, "Zażółć sp. z o.o."),
        (AttributeType::OrganizationIdentifier, "NTRPL-0000123456"),
        (AttributeType::CommonName, "Zażółć sp. z o.o."),
    ];
    Subject {
        mailbox: "jan.kowalski@example.com".to_owned(),
        attributes: attributes
            .map(|(kind, value)| (kind, value.to_owned()))
            .into(),
    }
}

/// A partitioned CRL with two entries, the leaf's not among them.
pub(crate) fn list(issuer: &Ca) -> Draft<CrlTbs> {
    let entry = |n, reason| RevokedEntry {
        serial: serial(n),
        revoked_at: "2026-11-30T00:00:00Z".parse().unwrap(),
        reason,
    };
    list_of(
        issuer,
        &[
            entry(8, CrlReason::KeyCompromise),
            entry(9, CrlReason::Unspecified),
        ],
    )
}

/// A partitioned CRL with these entries.
pub(crate) fn list_of(issuer: &Ca, entries: &[RevokedEntry]) -> Draft<CrlTbs> {
    let draft = crl::draft(&crl::CrlOrder {
        issuer: &issuer.certificate,
        key: &issuer_key(&issuer.key),
        this_update: "2026-12-01T12:00:00Z".parse().unwrap(),
        next_update: "2026-12-08T12:00:00Z".parse().unwrap(),
        number: 7,
        scope: Some(&url("http://pki.example.com/crl/issuing-g1/0.crl")),
        entries,
    });
    draft.unwrap()
}

/// A full CRL of the root with one entry.
pub(crate) fn root_list() -> Draft<CrlTbs> {
    let draft = crl::draft(&crl::CrlOrder {
        issuer: &ROOT.certificate,
        key: &issuer_key(&ROOT.key),
        this_update: "2026-12-01T12:00:00Z".parse().unwrap(),
        next_update: "2027-11-01T12:00:00Z".parse().unwrap(),
        number: 1,
        scope: None,
        entries: &[RevokedEntry {
            serial: serial(7),
            revoked_at: "2026-11-30T00:00:00Z".parse().unwrap(),
            reason: CrlReason::CaCompromise,
        }],
    });
    draft.unwrap()
}

pub(crate) fn list_rules(issuer: &Ca) -> RuleSet {
    RuleSet::list(&issuer.certificate, ListKind::Leaves)
}

/// The whole pipeline with a software key.
pub(crate) fn sign<T: Artifact>(draft: Draft<T>, rules: &RuleSet, key: &TestKey) -> Vec<u8> {
    let linted = draft
        .lint(rules, SIGNED_AT.parse().unwrap())
        .unwrap_or_else(|found| panic!("{found:#?}"));
    let digest = linted.tbs_sha256();
    let committed = Committed::new(Timestamp::EPOCH, 1, vec![digest]);
    let recorded = linted.recorded(&committed).unwrap();
    let signature = Signature(key.sign(recorded.order().message()));
    recorded.finish(&signature).unwrap().into_der()
}

pub(crate) fn issuer_key(key: &TestKey) -> IssuerKey {
    let name = KeyName::parse("issuing-g1").unwrap();
    IssuerKey::new(name, key.public(), key.algorithm()).unwrap()
}

pub(crate) fn ca_name(common: &str) -> Name {
    Name::build(&[
        (AttributeType::Country, "PL"),
        (AttributeType::Organization, "Example Trust Services"),
        (AttributeType::CommonName, common),
    ])
    .unwrap()
}

pub(crate) fn url(text: &str) -> HttpUrl {
    HttpUrl::parse(text).unwrap()
}

pub(crate) fn serial(n: u8) -> SerialNumber {
    SerialNumber::from_random([n; 16])
}

pub(crate) fn period(begin: &str, end: &str) -> Validity {
    Validity::new(begin.parse().unwrap(), end.parse().unwrap()).unwrap()
}
