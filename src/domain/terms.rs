//! How long things may take, and how long what was shown carries, as the CA has chosen.
//!
//! The limits of the rules are ceilings here: a choice is only ever shorter. What is made under a
//! term keeps the instant it leads to (an order its window, a mailbox its end, facts their days, a question
//! the day of its answer),
//! so that another choice changes nothing that was done before it. This module does not know where
//! the choice is written down.

use std::time::Duration;

use super::timestamp::{Timestamp, days};

const HOUR: Duration = Duration::from_secs(3600);

/// Hours in which a random value may be confirmed (S/MIME BR 3.2.2.2: at most 24 from its creation).
pub const RANDOM_VALUE_HOURS: u32 = 24;
/// Days that control of a mailbox carries, from the start of its validation (S/MIME BR 4.2.1).
pub const MAILBOX_DAYS: u32 = 30;
/// Days in which a value published in the DNS may prove anything (TLS BR 3.2.2.4.7).
pub const DOMAIN_VALUE_DAYS: u32 = 30;
/// Days that control of a domain carries (S/MIME BR 4.2.1 for its method 3.2.2.1).
pub const DOMAIN_DAYS: u32 = 398;
/// Days that an organisation's identity and its representative's authority carry (S/MIME BR 4.2.1,
/// 3.2.6).
pub const ORGANIZATION_DAYS: u32 = 825;
/// Longest window of an order, in days: no evidence would carry beyond it.
pub const WINDOW_DAYS: u32 = ORGANIZATION_DAYS;
/// Longest silence of an applicant, in days.
pub const APPLICANT_DAYS: u32 = 90;

/// When control of a mailbox ends at the latest, whatever a row says.
#[must_use]
pub fn latest_mailbox_end(initiated: Timestamp) -> Timestamp {
    initiated.plus(days(MAILBOX_DAYS))
}

/// The latest end of a domain's proof that began at `initiated`.
#[must_use]
pub fn latest_domain_end(initiated: Timestamp) -> Timestamp {
    initiated.plus(days(DOMAIN_DAYS))
}

/// When a random value ends at the latest, whatever a row says.
#[must_use]
pub fn latest_random_value_end(created: Timestamp) -> Timestamp {
    created.plus(HOUR * RANDOM_VALUE_HOURS)
}

/// Longest time between two rounds of registers about verified data, in days.
pub const RECHECK_DAYS: u32 = 365;

/// The terms in force. Each is at least 1, and at most its ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    random_value_hours: u32,
    mailbox_days: u32,
    domain_value_days: u32,
    domain_days: u32,
    organization_days: u32,
    window_days: u32,
    applicant_days: u32,
    recheck_days: u32,
}

/// What an operator may choose; what is more than a ceiling is the ceiling.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    pub random_value_hours: u32,
    pub mailbox_days: u32,
    pub domain_value_days: u32,
    pub domain_days: u32,
    pub organization_days: u32,
    /// From the order until its certificate must have been asked for.
    pub window_days: u32,
    /// From a question to the applicant until the data is refused.
    pub applicant_days: u32,
    /// Between two rounds of registers about verified data.
    pub recheck_days: u32,
}

impl Default for Choice {
    /// What holds where nobody chose (flows 3.8).
    fn default() -> Self {
        Self {
            random_value_hours: RANDOM_VALUE_HOURS,
            mailbox_days: MAILBOX_DAYS,
            domain_value_days: DOMAIN_VALUE_DAYS,
            domain_days: DOMAIN_DAYS,
            organization_days: ORGANIZATION_DAYS,
            window_days: 365,
            applicant_days: 30,
            recheck_days: 30,
        }
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self::of(Choice::default())
    }
}

impl Terms {
    #[must_use]
    pub fn of(choice: Choice) -> Self {
        Self {
            random_value_hours: choice.random_value_hours.clamp(1, RANDOM_VALUE_HOURS),
            mailbox_days: choice.mailbox_days.clamp(1, MAILBOX_DAYS),
            domain_value_days: choice.domain_value_days.clamp(1, DOMAIN_VALUE_DAYS),
            domain_days: choice.domain_days.clamp(1, DOMAIN_DAYS),
            organization_days: choice.organization_days.clamp(1, ORGANIZATION_DAYS),
            window_days: choice.window_days.clamp(1, WINDOW_DAYS),
            applicant_days: choice.applicant_days.clamp(1, APPLICANT_DAYS),
            recheck_days: choice.recheck_days.clamp(1, RECHECK_DAYS),
        }
    }

    /// Days of the window of an order.
    #[must_use]
    pub const fn window_days(&self) -> u32 {
        self.window_days
    }

    /// Days that control of a mailbox carries.
    #[must_use]
    pub const fn mailbox_days(&self) -> u32 {
        self.mailbox_days
    }

    /// Days in which an applicant answers.
    #[must_use]
    pub const fn applicant_days(&self) -> u32 {
        self.applicant_days
    }

    /// When a random value of `created` can be confirmed no longer.
    #[must_use]
    pub fn random_value_ends(&self, created: Timestamp) -> Timestamp {
        created.plus(HOUR * self.random_value_hours)
    }

    /// When a mailbox whose validation began at `initiated` must be shown again.
    #[must_use]
    pub fn mailbox_ends(&self, initiated: Timestamp) -> Timestamp {
        initiated.plus(days(self.mailbox_days))
    }

    /// When a value for the DNS of `created` can prove nothing any more.
    #[must_use]
    pub fn domain_value_ends(&self, created: Timestamp) -> Timestamp {
        created.plus(days(self.domain_value_days))
    }

    /// When a domain whose validation began at `initiated` must be shown again.
    #[must_use]
    pub fn domain_ends(&self, initiated: Timestamp) -> Timestamp {
        initiated.plus(days(self.domain_days))
    }

    /// Days that the facts of an organisation carry.
    #[must_use]
    pub const fn organization_days(&self) -> u32 {
        self.organization_days
    }

    /// When the certificate of an order of `created` can be asked for no longer.
    #[must_use]
    pub fn window_ends(&self, created: Timestamp) -> Timestamp {
        created.plus(days(self.window_days))
    }

    /// By when an applicant must answer who is asked at `asked`.
    #[must_use]
    pub fn answer_ends(&self, asked: Timestamp) -> Timestamp {
        asked.plus(days(self.applicant_days))
    }

    /// How long until registers are asked again about data: the whole time, or up to a tenth less by
    /// what was drawn, so that what was decided together is not asked together.
    #[must_use]
    pub fn recheck_after(&self, draw: u8) -> Duration {
        let whole = days(self.recheck_days);
        whole.saturating_sub(whole.saturating_mul(u32::from(draw)) / 2550)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_choice_is_longer_than_the_rules_allow() {
        let most = Choice {
            random_value_hours: u32::MAX,
            mailbox_days: u32::MAX,
            domain_value_days: u32::MAX,
            domain_days: u32::MAX,
            organization_days: u32::MAX,
            window_days: u32::MAX,
            applicant_days: u32::MAX,
            recheck_days: u32::MAX,
        };
        let (terms, now) = (Terms::of(most), Timestamp::EPOCH);
        assert_eq!(terms.random_value_ends(now), now.plus(HOUR * 24));
        assert_eq!(terms.mailbox_ends(now), now.plus(days(30)));
        assert_eq!(terms.domain_value_ends(now), now.plus(days(30)));
        assert_eq!(terms.domain_ends(now), now.plus(days(398)));
        assert_eq!(terms.organization_days(), 825);
        assert_eq!(terms.window_ends(now), now.plus(days(825)));
        assert_eq!(terms.answer_ends(now), now.plus(days(90)));
        assert_eq!(terms.recheck_after(0), days(365));
    }

    #[test]
    fn no_term_is_over_before_it_begins() {
        let least = Choice {
            random_value_hours: 0,
            mailbox_days: 0,
            domain_value_days: 0,
            domain_days: 0,
            organization_days: 0,
            window_days: 0,
            applicant_days: 0,
            recheck_days: 0,
        };
        let (terms, now) = (Terms::of(least), Timestamp::EPOCH);
        assert_eq!(terms.random_value_ends(now), now.plus(HOUR));
        assert_eq!(terms.mailbox_ends(now), now.plus(days(1)));
        assert_eq!(terms.domain_value_ends(now), now.plus(days(1)));
        assert_eq!(terms.domain_ends(now), now.plus(days(1)));
        assert_eq!(terms.organization_days(), 1);
        assert_eq!(terms.window_ends(now), now.plus(days(1)));
        assert_eq!(terms.answer_ends(now), now.plus(days(1)));
        assert_eq!(terms.recheck_after(0), days(1));
    }

    #[test]
    fn where_nobody_chose_the_guides_terms_hold() {
        let now = Timestamp::EPOCH;
        assert_eq!(Terms::default().window_ends(now), now.plus(days(365)));
        assert_eq!(Terms::default().answer_ends(now), now.plus(days(30)));
        assert_eq!(Terms::default().recheck_after(0), days(30));
        assert_eq!(Terms::default().recheck_after(255), days(27));
    }
}
