//! A certificate that nobody gets: made and judged when a profile is taken up, so that one by
//! which no activation can end well stops the start and not the customers.
//!
//! It goes the way of an activation up to the lint and no further: nothing is recorded, so
//! nothing can be signed. Whose data it says, and which file the profile stands in, is not known
//! here.

use std::collections::BTreeMap;

use super::Authority;
use crate::{
    domain::timestamp::{Timestamp, days},
    pkix::{
        general_name::InvalidUrl,
        name::AttributeType,
        serial_number::SerialNumber,
        spki::{PublicKey, SpkiFault},
    },
    policy::{
        activation::Subject,
        issuance::leaf::{self, LeafFault, LeafOrder, LeafUrls, Term},
        lint::report::{Finding, Report},
        profile::{CertificateProfile, NameSource, Requirement},
    },
};

/// Keys of customers, by name: of each kind the smallest. Nobody has their private halves.
const KEYS: [(&str, &[u8]); 4] = [
    ("RSA", include_bytes!("trial/rsa2048.der")),
    ("P-256", include_bytes!("trial/p256.der")),
    ("P-384", include_bytes!("trial/p384.der")),
    ("P-521", include_bytes!("trial/p521.der")),
];

/// Looks like one, and is never recorded.
const SERIAL: [u8; 16] = [0x5a; 16];
const MAILBOX: &str = "jan@example.com";
const ORGANIZATION: &str = "Example sp. z o.o.";
const PSEUDONYM: &str = "jk";

/// Why certificates of a kind cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    #[error("the issuer's URLs: {0}")]
    Urls(InvalidUrl),
    #[error("a key of this program cannot be read: {0}")]
    Key(SpkiFault),
    /// Profile, product and issuer do not fit each other.
    #[error("none for a key of kind {key} can be made: {fault}")]
    Draft { key: &'static str, fault: LeafFault },
    /// The lint is against it, with the first rule that is.
    #[error("none for a key of kind {key} may be signed: {finding}")]
    Lint { key: &'static str, finding: Finding },
}

/// Whether the CA can issue by the profile for so many days, to a key of every kind, under each
/// common name, with all that a subject may have and with what it must have.
///
/// It is tried at `now`, or as near to it as the lives of issuer and profile permit: an issuer in
/// its last year, and a profile of tomorrow, are no faults. `Some` when the way is barred only by
/// rules that bind from a day after this program's rules were written: the calendar stops
/// issuance then, but never a daemon that must go on signing CRLs.
///
/// # Errors
/// What stands in the way.
pub fn attempt(
    authority: &Authority,
    profile: &CertificateProfile,
    validity_days: u32,
    now: Timestamp,
) -> Result<Option<Obstacle>, Obstacle> {
    let trial = Trial {
        authority,
        profile,
        days: validity_days,
        urls: authority.leaf_urls(0).map_err(Obstacle::Urls)?,
    };
    let today = trial.nearest(now);
    let Err((obstacle, rules)) = trial.every(today)? else {
        return Ok(None);
    };
    match written(rules).map(|day| trial.nearest(day)) {
        Some(earlier) if earlier < today && trial.every(earlier)?.is_ok() => Ok(Some(obstacle)),
        _ => Err(obstacle),
    }
}

/// The day of a version of the rules.
fn written(rules: &str) -> Option<Timestamp> {
    let day = rules.get(..10)?;
    format!("{day}T00:00:00Z").parse().ok()
}

/// A finding, with the version of the rules that found it.
type Judged = Result<(), (Obstacle, &'static str)>;

struct Trial<'a> {
    authority: &'a Authority,
    profile: &'a CertificateProfile,
    days: u32,
    urls: LeafUrls,
}

impl Trial<'_> {
    /// The instant within the lives of issuer and profile that is nearest to this one.
    fn nearest(&self, to: Timestamp) -> Timestamp {
        let (issuer, profile) = (
            self.authority.certificate.validity(),
            self.profile.in_force(),
        );
        let last = issuer.not_after().minus(days(self.days));
        let last = profile.until().map_or(last, |end| last.min(end));
        let first = issuer.not_before();
        let first = profile.from().map_or(first, |begin| first.max(begin));
        to.min(last).max(first)
    }

    fn every(&self, at: Timestamp) -> Result<Judged, Obstacle> {
        for (name, der) in KEYS {
            let key = PublicKey::from_spki(der).map_err(Obstacle::Key)?;
            for subject in self.subjects() {
                if let Err(against) = self.one((name, &key), &subject, at)? {
                    return Ok(Err(against));
                }
            }
        }
        Ok(Ok(()))
    }

    /// The builder's faults know no calendar: they end it at once.
    fn one(
        &self,
        (name, key): (&'static str, &PublicKey),
        subject: &Subject,
        at: Timestamp,
    ) -> Result<Judged, Obstacle> {
        let draft = leaf::draft(LeafOrder {
            profile: self.profile,
            issuer: &self.authority.certificate,
            key: &self.authority.key,
            serial: SerialNumber::from_random(SERIAL),
            issued_at: at,
            term: Term::Days(self.days),
            subject_key: key,
            subject,
            email_in_subject: false,
            urls: &self.urls,
        });
        let draft = draft.map_err(|fault| Obstacle::Draft { key: name, fault })?;
        let rules = self.authority.leaf_rules(self.profile.leaf_type());
        Ok(match draft.lint(&rules, at) {
            Ok(_) => Ok(()),
            Err(report) => against(name, report),
        })
    }

    /// With everything, and with what is required only; under each common name.
    fn subjects(&self) -> Vec<Subject> {
        let whole: BTreeMap<AttributeType, String> = self.attributes(|_| true);
        let least = self.attributes(|requirement| requirement == Requirement::Required);
        let sources = self.profile.common_name_sources().iter();
        sources
            .flat_map(|source| [(source, whole.clone()), (source, least.clone())])
            .map(|(source, mut attributes)| {
                attributes.insert(AttributeType::CommonName, common_name(*source, &attributes));
                Subject {
                    mailbox: MAILBOX.to_owned(),
                    attributes,
                }
            })
            .collect()
    }

    fn attributes(&self, wanted: impl Fn(Requirement) -> bool) -> BTreeMap<AttributeType, String> {
        let rows = self.profile.subject().iter();
        rows.filter(|(_, requirement)| wanted(*requirement))
            .filter_map(|(kind, _)| Some((*kind, sample(*kind)?.to_owned())))
            .collect()
    }
}

fn against(key: &'static str, report: Report) -> Judged {
    let rules = report.rules;
    let mut obstacles = report.into_obstacles().into_iter();
    obstacles.next().map_or(Ok(()), |finding| {
        Err((Obstacle::Lint { key, finding }, rules))
    })
}

fn common_name(source: NameSource, found: &BTreeMap<AttributeType, String>) -> String {
    match source {
        NameSource::Organization => ORGANIZATION.to_owned(),
        NameSource::Pseudonym => PSEUDONYM.to_owned(),
        NameSource::Mailbox => MAILBOX.to_owned(),
        NameSource::PersonalName => {
            let names = [AttributeType::GivenName, AttributeType::Surname];
            let names = names.iter().filter_map(|kind| found.get(kind));
            names.map(String::as_str).collect::<Vec<_>>().join(" ")
        }
    }
}

/// A value as an order proves it; none for what is written from elsewhere.
const fn sample(kind: AttributeType) -> Option<&'static str> {
    Some(match kind {
        AttributeType::CommonName | AttributeType::EmailAddress => return None,
        AttributeType::Country => "PL",
        AttributeType::StateOrProvince => "mazowieckie",
        AttributeType::Locality => "Warszawa",
        AttributeType::PostalCode => "00-001",
        AttributeType::StreetAddress => "ul. Prosta 1",
        AttributeType::Organization | AttributeType::OrganizationalUnit => ORGANIZATION,
        AttributeType::OrganizationIdentifier => "NTRPL-0000123456",
        AttributeType::Title => "dr",
        AttributeType::GivenName => "Jan",
        AttributeType::Surname => "Kowalski",
        AttributeType::Pseudonym => PSEUDONYM,
        AttributeType::SerialNumber => "1",
    })
}

#[cfg(test)]
mod tests;
