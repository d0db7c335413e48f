//! The TBS of an S/MIME leaf, from a profile and verified data only.
//!
//! Nothing of a CSR but its key reaches this place. What cannot be expressed within the profile
//! is refused here; whether the result obeys the rules is judged again by lint, independently.

use super::{Draft, IssuerKey, artifact::CertificateTbs};
use crate::{
    domain::timestamp::Timestamp,
    pkix::{
        certificate::CaCertificate,
        extension::{self, Extension},
        general_name::{HttpUrl, InvalidMailbox, Rfc822Name},
        name::{AttributeType, Name, NameFault},
        oid,
        serial_number::SerialNumber,
        spki::PublicKey,
        tbs_certificate::TbsCertificate,
        validity::Validity,
    },
    policy::{
        activation::Subject,
        profile::{CertificateProfile, LeafExtension, NameSource, Requirement},
    },
};

/// Where relying parties find the issuer's certificate and the leaf's CRL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafUrls {
    /// Of the partition the leaf belongs to for its whole life.
    pub crl: HttpUrl,
    pub ca_issuers: HttpUrl,
}

/// All a leaf is made from.
#[derive(Clone, Debug)]
pub struct LeafOrder<'a> {
    pub profile: &'a CertificateProfile,
    pub issuer: &'a CaCertificate,
    pub key: &'a IssuerKey,
    pub serial: SerialNumber,
    /// The moment of issuance; the profile's backdating is taken off here.
    pub issued_at: Timestamp,
    pub term: Term<'a>,
    pub subject_key: &'a PublicKey,
    pub subject: &'a Subject,
    /// Write the mailbox into the subject too, if the profile knows the attribute.
    pub email_in_subject: bool,
    pub urls: &'a LeafUrls,
}

/// When a leaf ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term<'a> {
    /// After the product's days of 86 400 s.
    Days(u32),
    /// With the certificate it takes the place of, whose subject it has too.
    InPlaceOf(&'a Predecessor),
}

/// A certificate whose place another takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predecessor {
    pub not_after: Timestamp,
    /// DER of its subject.
    pub subject: Vec<u8>,
}

/// Why there is no draft.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeafFault {
    #[error("the subject cannot be encoded")]
    Name(#[from] NameFault),
    #[error("the mailbox cannot be certified")]
    Mailbox(#[from] InvalidMailbox),
    #[error("the profile requires {} and it is missing", .0.name())]
    Missing(AttributeType),
    #[error("the profile does not know {}", .0.name())]
    Forbidden(AttributeType),
    #[error("the profile allows no common name but what it lists as its sources")]
    CommonName,
    #[error("{asked} days are more than the {allowed} of the profile, or none")]
    Days { asked: u32, allowed: u32 },
    #[error("the certificate to be replaced has ended, or lasts longer than the profile allows")]
    Ended,
    #[error("the subject is not that of the certificate to be replaced")]
    OtherSubject,
    #[error("the leaf would outlive its issuer, or begin before it")]
    IssuerPeriod,
    #[error("the profile has no key usage for this kind of key")]
    KeyKind,
    #[error("the signing key is not the issuer's")]
    IssuerKey,
}

/// Builds the draft.
///
/// # Errors
/// When the data does not fit profile or issuer.
pub fn draft(order: LeafOrder<'_>) -> Result<Draft<CertificateTbs>, LeafFault> {
    if order.issuer.public_key() != order.key.public() {
        return Err(LeafFault::IssuerKey);
    }
    let validity = validity(&order)?;
    let mailbox = Rfc822Name::parse(&order.subject.mailbox)?;
    let subject = subject(&order, &mailbox)?;
    if let Term::InPlaceOf(old) = order.term
        && old.subject != subject.as_der()
    {
        return Err(LeafFault::OtherSubject);
    }
    let der = TbsCertificate {
        serial: &order.serial,
        algorithm: order.key.algorithm(),
        issuer: order.issuer.subject(),
        validity,
        subject: &subject,
        public_key: order.subject_key,
        extensions: &extensions(&order, &mailbox)?,
    }
    .to_der();
    let artifact = CertificateTbs {
        der,
        serial: order.serial,
        validity,
    };
    Ok(Draft::new(artifact, order.key.clone()))
}

fn validity(order: &LeafOrder<'_>) -> Result<Validity, LeafFault> {
    let allowed = order.profile.max_validity_days();
    let begin = order.issued_at.minus(order.profile.backdate());
    // Backdating shall not reach before the issuer's own first second.
    let begin = begin.max(order.issuer.validity().not_before());
    let validity = match order.term {
        Term::Days(asked) if !(1..=allowed).contains(&asked) => {
            return Err(LeafFault::Days { asked, allowed });
        }
        Term::Days(asked) => Validity::of_days(begin, asked),
        Term::InPlaceOf(Predecessor { not_after: end, .. }) => {
            let end = *end;
            let longest = Validity::of_days(begin, allowed).not_after();
            if end <= order.issued_at || end > longest {
                return Err(LeafFault::Ended);
            }
            Validity::new(begin, end).ok_or(LeafFault::Ended)?
        }
    };
    let issuer = order.issuer.validity();
    if validity.not_after() > issuer.not_after() || order.issued_at < issuer.not_before() {
        return Err(LeafFault::IssuerPeriod);
    }
    Ok(validity)
}

fn subject(order: &LeafOrder<'_>, mailbox: &Rfc822Name) -> Result<Name, LeafFault> {
    let found = |kind| order.subject.attributes.get(&kind).map(String::as_str);
    if found(AttributeType::CommonName).is_some_and(|name| !repeats(order, mailbox, name)) {
        return Err(LeafFault::CommonName);
    }
    let email = order.email_in_subject.then_some(mailbox.as_str());
    let mut attributes = Vec::new();
    for kind in AttributeType::ALL {
        let value = match kind {
            AttributeType::EmailAddress => email,
            _ => found(kind),
        };
        match (value, order.profile.requirement(kind)) {
            (Some(value), Some(_)) => attributes.push((kind, value)),
            (Some(_), None) => return Err(LeafFault::Forbidden(kind)),
            (None, Some(Requirement::Required)) => return Err(LeafFault::Missing(kind)),
            (None, _) => {}
        }
    }
    Ok(Name::build(&attributes)?)
}

/// The common name says again what a source of the profile says.
fn repeats(order: &LeafOrder<'_>, mailbox: &Rfc822Name, common_name: &str) -> bool {
    let found = |kind| order.subject.attributes.get(&kind).map(String::as_str);
    let mut sources = order.profile.common_name_sources().iter();
    sources.any(|source| match source {
        NameSource::Organization => found(AttributeType::Organization) == Some(common_name),
        NameSource::Pseudonym => found(AttributeType::Pseudonym) == Some(common_name),
        NameSource::Mailbox => mailbox.as_str() == common_name,
        NameSource::PersonalName => {
            let names = [AttributeType::GivenName, AttributeType::Surname].map(found);
            let names: Vec<&str> = names.into_iter().flatten().collect();
            !names.is_empty() && names.join(" ") == common_name
        }
    })
}

fn extensions(order: &LeafOrder<'_>, mailbox: &Rfc822Name) -> Result<Vec<Extension>, LeafFault> {
    let usage = order.profile.key_usage(order.subject_key);
    let usage = usage.ok_or(LeafFault::KeyKind)?;
    let policy = order.profile.leaf_type().policy();
    let one = |kind: &LeafExtension| match kind {
        LeafExtension::AuthorityKeyIdentifier => {
            extension::authority_key_identifier(order.issuer.key_identifier())
        }
        LeafExtension::SubjectKeyIdentifier => {
            extension::subject_key_identifier(&order.subject_key.key_identifier())
        }
        LeafExtension::KeyUsage => extension::key_usage(usage),
        LeafExtension::ExtKeyUsage => extension::ext_key_usage(&[oid::EMAIL_PROTECTION]),
        LeafExtension::CertificatePolicies => extension::certificate_policies(&[policy]),
        LeafExtension::SubjectAltName => extension::subject_alt_name(mailbox),
        LeafExtension::CrlDistributionPoints => extension::crl_distribution_point(&order.urls.crl),
        LeafExtension::AuthorityInfoAccess => extension::ca_issuers(&order.urls.ca_issuers),
    };
    Ok(order.profile.extensions().iter().map(one).collect())
}
