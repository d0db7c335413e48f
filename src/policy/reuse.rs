//! How long evidence may be used (S/MIME BR 4.2.1), as instants at which it ends.

use std::time::Duration;

use crate::domain::{
    mailbox::MailboxValidation,
    subject_data::VerifiedFacts,
    timestamp::{Timestamp, days},
};

/// Mailbox control by random value: 30 days, from the start of the validation (BR 4.2.1).
pub const MAILBOX_DAYS: u32 = 30;
/// Organisation identity and the representative's authority: 825 days (BR 4.2.1, 3.2.6).
pub const ORGANIZATION_DAYS: u32 = 825;
/// A random value may be confirmed for 24 hours from its creation (BR 3.2.2.2).
pub const RANDOM_VALUE_LIFE: Duration = Duration::from_secs(24 * 3600);

/// When the organisation's identity must be verified again.
#[must_use]
pub fn organization_valid_until(facts: &VerifiedFacts) -> Timestamp {
    facts.organization_checked_at.plus(days(ORGANIZATION_DAYS))
}

/// When the representative's authority must be confirmed again.
#[must_use]
pub fn authority_valid_until(facts: &VerifiedFacts) -> Timestamp {
    facts.authority_checked_at.plus(days(ORGANIZATION_DAYS))
}

/// When the first of a data set's facts ends.
#[must_use]
pub fn facts_valid_until(facts: &VerifiedFacts) -> Timestamp {
    organization_valid_until(facts).min(authority_valid_until(facts))
}

/// When control of the mailbox must be shown again.
#[must_use]
pub fn mailbox_valid_until(mailbox: &MailboxValidation) -> Timestamp {
    mailbox.initiated_at.plus(days(MAILBOX_DAYS))
}
