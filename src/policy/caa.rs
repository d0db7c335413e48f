//! Whether the owner of a mailbox's domain lets this CA issue (S/MIME BR 4.2.2.1, RFC 9495).
//!
//! Judges what was found; does not look anything up. Only `issuemail` counts: `issue` and
//! `issuewild` speak of server certificates.

use std::time::Duration;

use crate::domain::{
    caa::{Answer, DomainName, Failure, Fault, Lookup, Property, Verdict},
    mailbox::MailAddress,
    timestamp::Timestamp,
};

mod value;

pub use value::{IssueValue, Malformed, read as read_value};

/// How long an answer may serve at least, whatever its TTL (BR 4.2.2.1).
pub const LEAST_LIFE: Duration = Duration::from_secs(8 * 3600);
/// BR allows the TTL beyond that; a day of it is enough for us.
pub const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);

/// RFC 8659 4.1: who does not understand the property must not issue.
const CRITICAL: u8 = 0x80;
/// Properties this CA understands: RFC 8659 4.2-4.4, RFC 9495, and the contacts of the TLS BR,
/// which ask nothing of an issuance.
const UNDERSTOOD: [&str; 6] = [
    "issue",
    "issuewild",
    ISSUEMAIL,
    "iodef",
    "contactemail",
    "contactphone",
];
const ISSUEMAIL: &str = "issuemail";
/// RFC 8657: they bind the permission to an account or method. We offer neither, so a permission
/// with one of them is none for us.
const UNMET: [&str; 2] = ["accounturi", "validationmethods"];

/// What was decided, and by which rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    pub verdict: Verdict,
    /// Stable word.
    pub reason: &'static str,
}

/// The climb took too long: the resolvers are ours.
pub const TOO_SLOW: Decision = Decision {
    verdict: Verdict::Unavailable,
    reason: "too-slow",
};

/// Too few perspectives permit what the daemon's own look does.
pub const NOT_CORROBORATED: Decision = Decision {
    verdict: Verdict::Unknowable,
    reason: "not-corroborated",
};

/// The step that the climb ended at: silence, as far as anybody can tell.
#[must_use]
pub fn given_up(name: DomainName) -> Failure {
    Failure {
        name,
        fault: Fault::Silent,
        proven_insecure: false,
        tries: 1,
        detail: "the time for the whole climb is over".to_owned(),
    }
}

/// A decision, and whether the name above must be asked as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighed {
    Decided(Decision),
    Climb,
}

/// The domain to ask about: that of the mailbox, already in A-labels.
#[must_use]
pub fn domain_of(mailbox: &MailAddress) -> Option<DomainName> {
    let (_, domain) = mailbox.as_str().rsplit_once('@')?;
    DomainName::parse(domain)
}

/// Weighs one step of the climb (RFC 8659 3): the first name with any CAA record decides.
#[must_use]
pub fn weigh(step: &Lookup, issuers: &[DomainName]) -> Weighed {
    match step {
        Ok(answer) if answer.properties.is_empty() => Weighed::Climb,
        Ok(answer) => Weighed::Decided(decide(&answer.properties, issuers)),
        Err(failure) => weigh_failure(failure),
    }
}

/// The climb reached the top and found nothing.
#[must_use]
pub fn unrestricted(steps: &[Lookup]) -> Decision {
    let failed = steps.iter().any(Result::is_err);
    permitted(if failed {
        "failure-insecure"
    } else {
        "no-records"
    })
}

/// The relevant record set, judged.
#[must_use]
pub fn decide(properties: &[Property], issuers: &[DomainName]) -> Decision {
    let unknown = |property: &&Property| {
        property.flags & CRITICAL != 0 && !UNDERSTOOD.iter().any(|tag| is(property, tag))
    };
    if properties.iter().find(unknown).is_some() {
        return forbidden("unknown-critical");
    }
    let mut values = properties
        .iter()
        .filter(|property| is(property, ISSUEMAIL))
        .peekable();
    if values.peek().is_none() {
        return permitted("no-issuemail");
    }
    if values.any(|property| names_us(&property.value, issuers)) {
        permitted("names-us")
    } else {
        forbidden("names-others")
    }
}

/// Until when an answer may serve: max(TTL, 8 h) from the first question on.
#[must_use]
pub fn usable_until(checked_at: Timestamp, steps: &[Lookup]) -> Timestamp {
    let answers = steps.iter().filter_map(|step| step.as_ref().ok());
    let ttl = answers.map(|answer: &Answer| answer.ttl).min();
    let life = ttl.unwrap_or_default().clamp(LEAST_LIFE, LONGEST_LIFE);
    checked_at.plus(life)
}

/// BR 4.2.2.1: a failure is a permission only where the fault is outside the CA, the question
/// was asked again, and the zone is proven to have no DNSSEC chain to the root. The climb then
/// goes on: what the names above say still binds.
fn weigh_failure(failure: &Failure) -> Weighed {
    match failure.fault {
        Fault::Failed if failure.proven_insecure && failure.tries > 1 => Weighed::Climb,
        Fault::Failed => Weighed::Decided(unknowable("lookup-failed")),
        Fault::Bogus => Weighed::Decided(unknowable("dnssec-bogus")),
        Fault::Silent => Weighed::Decided(Decision {
            verdict: Verdict::Unavailable,
            reason: "no-answer",
        }),
    }
}

/// A malformed value and the empty one name nobody (RFC 8659 4.2).
fn names_us(value: &[u8], issuers: &[DomainName]) -> bool {
    let Ok(value) = value::read(value) else {
        return false;
    };
    let bound =
        |(tag, _): &(String, String)| UNMET.iter().any(|unmet| tag.eq_ignore_ascii_case(unmet));
    let named = value.issuer.is_some_and(|named| issuers.contains(&named));
    named && !value.parameters.iter().any(bound)
}

/// Tags are compared without regard to case (RFC 8659 4.1).
fn is(property: &Property, tag: &str) -> bool {
    property.tag.eq_ignore_ascii_case(tag)
}

const fn permitted(reason: &'static str) -> Decision {
    Decision {
        verdict: Verdict::Permitted,
        reason,
    }
}

const fn forbidden(reason: &'static str) -> Decision {
    Decision {
        verdict: Verdict::Forbidden,
        reason,
    }
}

const fn unknowable(reason: &'static str) -> Decision {
    Decision {
        verdict: Verdict::Unknowable,
        reason,
    }
}

#[cfg(test)]
mod tests;
