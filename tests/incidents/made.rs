//! A good certificate, and what production says of it when one thing is wrong.

use chancery::{
    pkix::{name::AttributeType, serial_number::SerialNumber},
    policy::{
        activation::Subject,
        lint::{Object, Occasion, RuleSet},
    },
};

use crate::{
    issuer::{self, EC, MULTIPURPOSE, Request},
    leaf::Leaf,
};

pub fn subject() -> Subject {
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

/// Builder and lint of production over this subject, for so many days.
pub fn built(subject: &Subject, days: u32, serial: SerialNumber) -> Result<Vec<u8>, String> {
    let linted = EC.linted(&Request {
        profile: &MULTIPURPOSE,
        serial,
        issued_at: "2026-11-22T12:00:00Z".parse().unwrap(),
        days,
        key: &issuer::public_key("p256"),
        subject,
        email_in_subject: false,
        partition: 0,
    })?;
    Ok(EC.signed(&linted))
}

pub fn good() -> Vec<u8> {
    built(&subject(), 365, SerialNumber::from_random([0x5a; 16])).unwrap()
}

/// Asserts that the good certificate may be signed, and that with this change it may not, by the
/// rule of this name and citation.
pub fn refused_by(rule: &str, citation: &str, change: impl FnOnce(&mut Leaf)) {
    let judge = |der: &[u8]| EC.judge(MULTIPURPOSE.leaf_type(), der);
    assert_eq!(judge(&good()), []);
    let mut leaf = Leaf::read(&good());
    change(&mut leaf);
    let found = judge(&leaf.encode());
    let named = found.iter().find(|finding| finding.rule == rule);
    let named = named.unwrap_or_else(|| panic!("{rule} is not among {found:?}"));
    assert!(named.citation.contains(citation), "{}", named.citation);
    assert!(named.allowed.is_none(), "an error has no exception");
}

/// The rules that speak against an issuing CA's certificate under a root.
pub fn against_issuing(
    root: &chancery::pkix::certificate::CaCertificate,
    der: &[u8],
) -> Vec<&'static str> {
    let report = RuleSet::issuing(root).judge(Object::Certificate, der, Occasion::default());
    report
        .into_obstacles()
        .iter()
        .map(|finding| finding.rule)
        .collect()
}
