//! A validation case: one per submitted version of a data set.
//!
//! ```text
//! queued --claim--> in_review <--> waiting_for_applicant
//!    ^                 |  ^
//!  release/lease over  |  | evidence added: proposal dropped
//!                   proposed --decide by another person--> decided
//! ```
//! Evidence is append-only. The digest over data version, documents, checks, facts and evidence
//! is what both people sign ([`digest`]). Two people who disagree send the case back to review.

pub mod digest;
pub mod lookup;
mod open;
mod screened;
#[cfg(test)]
mod tests;
mod verdict;
mod work;

use lookup::LookupState;
use work::also;

use super::{
    id::{CaseId, DocumentId, EvidenceId, SubjectDataId},
    owner::{IdentityName, Owner},
    register::{LookupResult, RegisterId},
    text::{Country, Text},
    timestamp::Timestamp,
};

/// What must be established (flows 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CheckKind {
    Existence,
    LegalName,
    Address,
    Identifier,
    ActiveStatus,
    RepresentativeAuthority,
    AssumedName,
    DenyList,
    DocumentAuthenticity,
}

impl CheckKind {
    pub const ALL: [Self; 9] = [
        Self::Existence,
        Self::LegalName,
        Self::Address,
        Self::Identifier,
        Self::ActiveStatus,
        Self::RepresentativeAuthority,
        Self::AssumedName,
        Self::DenyList,
        Self::DocumentAuthenticity,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Existence => "existence",
            Self::LegalName => "legal_name",
            Self::Address => "address",
            Self::Identifier => "identifier",
            Self::ActiveStatus => "active_status",
            Self::RepresentativeAuthority => "representative_authority",
            Self::AssumedName => "assumed_name",
            Self::DenyList => "deny_list",
            Self::DocumentAuthenticity => "document_authenticity",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Where a check stands. The names are the wire's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckState {
    NotRequired,
    Required,
    Failed,
    Verified,
}

impl CheckState {
    pub const ALL: [Self; 4] = [
        Self::NotRequired,
        Self::Required,
        Self::Failed,
        Self::Verified,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotRequired => "NOT_REQUIRED",
            Self::Required => "REQUIRED",
            Self::Failed => "FAILED",
            Self::Verified => "VERIFIED",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// One check of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub kind: CheckKind,
    pub state: CheckState,
    /// The day of the evidence; reuse limits run from here.
    pub checked_at: Option<Timestamp>,
    pub evidence: Vec<EvidenceId>,
    pub note: Option<Text<1000>>,
    pub recorded_by: Option<IdentityName>,
}

/// The facts a specialist took from the evidence; they become [`super::subject_data::VerifiedFacts`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFacts {
    pub organization: Text<64>,
    pub organization_identifier: Text<100>,
    pub country: Country,
    pub state_or_province: Option<Text<128>>,
    pub locality: Option<Text<128>>,
}

/// What a proposal or decision says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    Approve,
    Reject,
}

impl Verdict {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Approve, Self::Reject]
            .into_iter()
            .find(|verdict| verdict.name() == name)
    }
}

/// A person's signed word on a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedVerdict {
    pub by: IdentityName,
    /// SHA-256 of the SPKI of the person's registered key.
    pub credential: [u8; 32],
    pub verdict: Verdict,
    /// The case digest that was signed.
    pub digest: [u8; 32],
    pub signature: Vec<u8>,
    pub reason: Option<Text<2000>>,
    pub at: Timestamp,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaseState {
    Queued,
    InReview,
    WaitingForApplicant,
    Proposed,
    Decided,
    /// Ended without a decision; see [`CaseEnd`].
    Closed,
}

impl CaseState {
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::InReview,
        Self::WaitingForApplicant,
        Self::Proposed,
        Self::Decided,
        Self::Closed,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InReview => "in_review",
            Self::WaitingForApplicant => "waiting_for_applicant",
            Self::Proposed => "proposed",
            Self::Decided => "decided",
            Self::Closed => "closed",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Why a case ends without a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaseEnd {
    /// The owner took the data back.
    Withdrawn,
    /// A newer version of the data was submitted.
    Replaced,
    /// The applicant did not answer in time.
    Unanswered,
}

impl CaseEnd {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Replaced => "replaced",
            Self::Unanswered => "unanswered",
        }
    }
}

/// Who works on the case, and until when the claim holds without renewal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub by: IdentityName,
    pub until: Timestamp,
}

/// A case as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub id: CaseId,
    pub subject_data: SubjectDataId,
    pub owner: Owner,
    /// Of the data, for the queue.
    pub country: Country,
    pub state: CaseState,
    pub lookup: LookupState,
    pub claim: Option<Claim>,
    pub checks: Vec<Check>,
    pub facts: Option<CaseFacts>,
    /// Identifier and SHA-256 of each piece of evidence, in order of arrival.
    pub evidence: Vec<(EvidenceId, [u8; 32])>,
    /// Everybody who recorded a check, facts or evidence: none of them may decide.
    pub editors: Vec<IdentityName>,
    pub proposal: Option<SignedVerdict>,
    pub decision: Option<SignedVerdict>,
    /// What was added to the last request for information to the applicant.
    pub asked: Option<Text<2000>>,
    /// When information was requested last; other work does not move it.
    pub asked_at: Option<Timestamp>,
    /// By when that must be answered, as it was said when it was asked.
    pub answer_until: Option<Timestamp>,
    pub opened_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Where evidence comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EvidenceKind {
    /// An extract of a government register.
    Register,
    /// A document of the applicant or an attestation.
    Document,
    /// A call or mail to an independently found contact.
    Contact,
    /// A specialist's note on a search (deny lists, name check).
    Note,
    /// What came of a lookup that the daemon itself made at a register; nobody can add it.
    Lookup(LookupResult),
}

impl EvidenceKind {
    pub const ALL: [Self; 9] = [
        Self::Register,
        Self::Document,
        Self::Contact,
        Self::Note,
        Self::Lookup(LookupResult::Found),
        Self::Lookup(LookupResult::NotFound),
        Self::Lookup(LookupResult::Ambiguous),
        Self::Lookup(LookupResult::Unavailable),
        Self::Lookup(LookupResult::SchemaChanged),
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Document => "document",
            Self::Contact => "contact",
            Self::Note => "note",
            Self::Lookup(LookupResult::Found) => "lookup_found",
            Self::Lookup(LookupResult::NotFound) => "lookup_not_found",
            Self::Lookup(LookupResult::Ambiguous) => "lookup_ambiguous",
            Self::Lookup(LookupResult::Unavailable) => "lookup_unavailable",
            Self::Lookup(LookupResult::SchemaChanged) => "lookup_schema_changed",
        }
    }

    /// What came of the lookup, of evidence that is one.
    #[must_use]
    pub const fn lookup(self) -> Option<LookupResult> {
        match self {
            Self::Lookup(result) => Some(result),
            Self::Register | Self::Document | Self::Contact | Self::Note => None,
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Whom a contact reached, and where the way to them was found (S/MIME BR 3.2.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// What was called or written to.
    pub reached_at: Text<200>,
    /// The representative who answered.
    pub person: Text<200>,
    /// Evidence of the same case that is not the applicant's own word.
    pub found_in: EvidenceId,
}

/// A piece of evidence; immutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub id: EvidenceId,
    pub case: CaseId,
    pub kind: EvidenceKind,
    /// Register, web address or person asked.
    pub source: Text<500>,
    pub description: Option<Text<1000>>,
    pub document: Option<DocumentId>,
    /// The register that was asked, by the daemon or by a person.
    pub register: Option<RegisterId>,
    /// Of a contact.
    pub contact: Option<Contact>,
    /// The day of a document that ages (S/MIME BR 4.2.1 lets the CPS be stricter), at midnight.
    pub issued_on: Option<Timestamp>,
    /// What was seen, as text: of people at most 32 KiB, of lookups all that was answered; empty
    /// when a document holds it.
    pub content: String,
    /// SHA-256 of `content`, or of the document.
    pub sha256: [u8; 32],
    pub obtained_at: Timestamp,
    pub recorded_by: IdentityName,
    pub recorded_at: Timestamp,
}
