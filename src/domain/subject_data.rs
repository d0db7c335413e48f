//! A version of an organisation's data. Immutable once submitted; new data is a new version with
//! its own case, and the old one stays usable until it lapses.
//!
//! ```text
//! draft --submit--> under_verification --approve--> verified --suspend--> suspended
//!                     |  ^        \--reject--> rejected
//!                     |  |    verified, suspended --invalidate (two people)--> rejected
//!          ask for info|  |answer       suspended --resume (two people)--> verified
//!                      v  |
//!              waiting_for_applicant            any without a live order --withdraw--> withdrawn
//!
//! whatever is not decided yet --the next version is submitted--> replaced
//! ```
//! Withdrawn data that was verified can be in doubt like any: certificates rest on it. Two people
//! take that back, and it stays withdrawn, or end it.
//!
//! `expired` follows from [`VerifiedFacts`] and the clock.

pub mod doubt;
pub mod lookup;
pub mod need;
pub mod transition;

use doubt::Aim;
use need::Need;

use super::{
    id::{CaseId, SubjectDataId},
    owner::{AcceptedStatement, ActingFor, Owner},
    proposed::Proposed,
    text::{Country, Text},
    timestamp::Timestamp,
};

/// Longest organisation name and common name in a certificate, in characters (RFC 5280 appendix
/// A.1, ub-organization-name, ub-common-name).
pub const NAME_CAP: usize = 64;

/// How the organisation's existence is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerificationMethod {
    /// Search in a public register. The number is in the register's normal form.
    RegistrationNumber { register: String, number: String },
    /// A document; the specialist records scheme and number from a government register.
    Document,
}

/// What somebody did with the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubjectDataState {
    Draft,
    UnderVerification,
    WaitingForApplicant,
    Verified,
    Rejected,
    Withdrawn,
    Suspended,
    /// A newer version was submitted before this one was decided.
    Replaced,
}

impl SubjectDataState {
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::UnderVerification,
        Self::WaitingForApplicant,
        Self::Verified,
        Self::Rejected,
        Self::Withdrawn,
        Self::Suspended,
        Self::Replaced,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::UnderVerification => "under_verification",
            Self::WaitingForApplicant => "waiting_for_applicant",
            Self::Verified => "verified",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Suspended => "suspended",
            Self::Replaced => "replaced",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What two people established; certificates are built from this and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedFacts {
    /// Legal name as it goes into `O` (at most 64 characters, RFC 5280 ub-organization-name).
    pub organization: Text<64>,
    /// For example `NTRPL-0000123456` (S/MIME BR 7.1.4.2.2 d).
    pub organization_identifier: Text<100>,
    pub country: Country,
    pub state_or_province: Option<Text<128>>,
    pub locality: Option<Text<128>>,
    /// Date of the oldest evidence on the organisation: its days run from here.
    pub organization_checked_at: Timestamp,
    /// Date of the authority check: its days run from here.
    pub authority_checked_at: Timestamp,
    /// Day of the oldest document on the organisation that ages.
    pub organization_paper_of: Option<Timestamp>,
    /// Day of the oldest document on the authority that ages.
    pub authority_paper_of: Option<Timestamp>,
    /// Who was reached and confirmed the authority: the list of BR 3.2.6.
    pub representatives: Vec<Text<200>>,
    /// Days that both carry, as chosen when they were decided; at most 825 (S/MIME BR 4.2.1).
    pub carries_days: u32,
    pub decided_at: Timestamp,
}

/// A data set as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectData {
    pub id: SubjectDataId,
    pub owner: Owner,
    /// 1 for new data, one more for each version that replaces another.
    pub revision: u32,
    pub previous: Option<SubjectDataId>,
    pub organization: Text<255>,
    /// What stands for a name of more than [`NAME_CAP`] characters in certificates, as the
    /// applicant chose it of what was offered.
    pub abbreviation: Option<Text<NAME_CAP>>,
    pub country: Country,
    pub state_or_province: Text<128>,
    pub locality: Text<128>,
    pub method: VerificationMethod,
    pub state: SubjectDataState,
    pub statements: Vec<AcceptedStatement>,
    pub submitted_at: Option<Timestamp>,
    pub case: Option<CaseId>,
    pub verified: Option<VerifiedFacts>,
    /// What the CA asks of the applicant now.
    pub needed: Vec<Need>,
    /// What the CA adds to the question, or why it refused, as the specialist typed it.
    pub message: Option<Text<2000>>,
    /// By when what is asked must be answered; then the data is refused.
    pub answer_until: Option<Timestamp>,
    /// Why verified data is not relied on, for the CA's people.
    pub doubt: Option<Text<2000>>,
    /// Since when: the CA's time to revoke what rests on it runs from here (S/MIME BR 4.9.5).
    pub doubted_at: Option<Timestamp>,
    /// What one person wants done about it; another does it.
    pub proposed: Option<Proposed<Aim>>,
    pub acting_for: ActingFor,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests;
