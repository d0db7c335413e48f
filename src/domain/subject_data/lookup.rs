//! What a register said of data after two people had decided on it: asked again by a timer, or by a
//! person who examines a complaint. It changes nothing that was signed: the evidence of the case
//! stays as it was, and this stands beside it.

use super::SubjectData;
use crate::domain::{
    aggregate::Changed,
    audit::{
        event::{Event, EventKind},
        value::Value,
    },
    case::lookup::AUTOMATIC,
    id::{DataLookupId, SubjectDataId},
    owner::IdentityName,
    refusal::Refused,
    register::{LookupResult, RegisterId},
    timestamp::Timestamp,
};

/// A later lookup as stored; immutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataLookup {
    pub id: DataLookupId,
    pub subject_data: SubjectDataId,
    pub register: RegisterId,
    pub result: LookupResult,
    /// Codes of what it says against the data and nobody had before them who decided.
    pub against: Vec<String>,
    /// Everything that was seen, `chancery-lookup/v1`; empty where it is only listed.
    pub content: String,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
    pub obtained_at: Timestamp,
    /// Who asked; the timer is [`AUTOMATIC`].
    pub recorded_by: IdentityName,
    pub recorded_at: Timestamp,
}

impl DataLookup {
    /// The evidence and its entry.
    #[must_use]
    pub fn record(lookup: Self) -> Changed<Self> {
        let against = lookup.against.iter().map(|code| Value::text(code.as_str()));
        let event = Event::new(EventKind::DataLookedUp, "data_lookup", lookup.id)
            .digest(lookup.sha256)
            .with("subject_data", lookup.subject_data.to_string())
            .with("register", lookup.register.name())
            .with("result", lookup.result.name())
            .with("against", Value::List(against.collect()))
            .with("obtained_at", lookup.obtained_at.to_string())
            .with("by", lookup.recorded_by.as_str());
        Changed::created(lookup, event)
    }

    /// Whether nobody asked for it.
    #[must_use]
    pub fn is_automatic(&self) -> bool {
        self.recorded_by.as_str() == AUTOMATIC
    }

    /// Whether the data were stopped on its word.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.is_automatic() && !self.against.is_empty()
    }
}

impl SubjectData {
    /// Whether registers may be asked about it once more.
    ///
    /// # Errors
    /// 409 `data-set-not-verified` when two people never verified it.
    pub fn require_once_verified(&self) -> Result<(), Refused> {
        match self.verified {
            Some(_) => Ok(()),
            None => Err(Refused::state("data-set-not-verified")),
        }
    }
}
