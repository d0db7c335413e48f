//! How long evidence may be used (S/MIME BR 4.2.1), as instants at which it ends.

use crate::{
    domain::{
        case::Evidence,
        domain_control::{DomainControl, DomainStatus},
        mailbox::{MailboxState, MailboxValidation},
        subject_data::{SubjectData, SubjectDataState, VerifiedFacts},
        terms::{ORGANIZATION_DAYS, Terms},
        timestamp::{Timestamp, days},
    },
    policy::{document_kinds::OLDEST_MONTHS, domain_control},
};

/// A certificate is called expiring in its last days.
pub const EXPIRING_DAYS: u32 = 30;

/// When the organisation's identity must be verified again.
#[must_use]
pub fn organization_valid_until(facts: &VerifiedFacts) -> Timestamp {
    shorter(
        facts.organization_checked_at,
        facts.carries_days,
        facts.organization_paper_of,
    )
}

/// When the representative's authority must be confirmed again.
#[must_use]
pub fn authority_valid_until(facts: &VerifiedFacts) -> Timestamp {
    shorter(
        facts.authority_checked_at,
        facts.carries_days,
        facts.authority_paper_of,
    )
}

/// When a document of this day that ages may not be relied on any more (CPS).
#[must_use]
pub fn paper_valid_until(issued_on: Timestamp) -> Timestamp {
    issued_on.plus_months(OLDEST_MONTHS)
}

/// When a piece of evidence may not be relied on any more: its days run from when it was obtained,
/// and a document's from its own day if that is earlier.
#[must_use]
pub fn evidence_valid_until(evidence: &Evidence, terms: &Terms) -> Timestamp {
    let (obtained, issued) = (evidence.obtained_at, evidence.issued_on);
    let from = issued.map_or(obtained, |day| day.min(obtained));
    shorter(from, terms.organization_days(), issued)
}

/// No row makes it longer than the rules allow.
fn shorter(checked_at: Timestamp, carries_days: u32, paper_of: Option<Timestamp>) -> Timestamp {
    let until = checked_at.plus(days(carries_days.min(ORGANIZATION_DAYS)));
    paper_of.map_or(until, |day| until.min(paper_valid_until(day)))
}

/// When the first of a data set's facts ends.
#[must_use]
pub fn facts_valid_until(facts: &VerifiedFacts) -> Timestamp {
    organization_valid_until(facts).min(authority_valid_until(facts))
}

/// When control of the mailbox must be shown again.
#[must_use]
pub fn mailbox_valid_until(mailbox: &MailboxValidation) -> Timestamp {
    mailbox.carries_until()
}

/// The facts of a verified set that may be used now, and until when.
///
/// # Errors
/// The code of what blocks: `data-set-not-verified`, `data-set-suspended` or `data-set-expired`.
pub fn usable_facts(
    data: Option<&SubjectData>,
    now: Timestamp,
) -> Result<(&VerifiedFacts, Timestamp), &'static str> {
    if data.is_some_and(|data| data.state == SubjectDataState::Suspended) {
        return Err("data-set-suspended");
    }
    let verified = data
        .filter(|data| data.state == SubjectDataState::Verified)
        .and_then(|data| data.verified.as_ref())
        .ok_or("data-set-not-verified")?;
    let until = facts_valid_until(verified);
    if now < until {
        Ok((verified, until))
    } else {
        Err("data-set-expired")
    }
}

/// A proven mailbox that may be used now, and until when.
///
/// # Errors
/// The code of what blocks: `email-not-verified` or `email-verification-lapsed`.
pub fn usable_mailbox(
    mailbox: Option<&MailboxValidation>,
    now: Timestamp,
) -> Result<(&MailboxValidation, Timestamp), &'static str> {
    let verified = mailbox
        .filter(|mailbox| mailbox.state == MailboxState::Verified)
        .ok_or("email-not-verified")?;
    let until = mailbox_valid_until(verified);
    if now < until {
        Ok((verified, until))
    } else {
        Err("email-verification-lapsed")
    }
}

/// Until when a mailbox may rest on its domain's proof.
///
/// # Errors
/// The code of what blocks: `domain-not-proven`, `domain-lapsed`.
pub fn usable_domain(
    control: Option<&DomainControl>,
    mailbox: &MailboxValidation,
    now: Timestamp,
) -> Result<Timestamp, &'static str> {
    let fits = |control: &&DomainControl| {
        control.owner == mailbox.owner && domain_control::covers(&control.domain, &mailbox.address)
    };
    let control = control.filter(fits).ok_or("domain-not-proven")?;
    match control.status(now) {
        DomainStatus::Proven => Ok(control.carries_until()),
        DomainStatus::Lapsed => Err("domain-lapsed"),
        _ => Err("domain-not-proven"),
    }
}
