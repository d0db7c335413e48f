//! A new case and the checks it starts with.

use super::{Case, CaseState, Check, CheckKind, CheckState, lookup::LookupState};
use crate::domain::{
    aggregate::Changed,
    audit::{
        event::{Event, EventKind},
        value::Value,
    },
    id::CaseId,
    subject_data::{SubjectData, VerificationMethod},
    timestamp::Timestamp,
};

impl CheckKind {
    /// Whether a case on data of this method cannot be approved without the check. An assumed
    /// name never enters a certificate of ours; a document's authenticity is in question only
    /// when the document is what shows the organisation (S/MIME BR 3.2.8).
    #[must_use]
    pub const fn is_required(self, method: &VerificationMethod) -> bool {
        match self {
            Self::AssumedName => false,
            Self::DocumentAuthenticity => matches!(method, VerificationMethod::Document),
            Self::Existence
            | Self::LegalName
            | Self::Address
            | Self::Identifier
            | Self::ActiveStatus
            | Self::RepresentativeAuthority
            | Self::DenyList => true,
        }
    }
}

impl Case {
    /// The case of a data set that is submitted in the same unit. It belongs to the data's owner
    /// and waits in the queue, also while registers are being asked.
    #[must_use]
    pub fn open(
        id: CaseId,
        data: &SubjectData,
        lookup: LookupState,
        now: Timestamp,
    ) -> Changed<Self> {
        let checks: Vec<Check> = CheckKind::ALL
            .into_iter()
            .map(|kind| unanswered(kind, &data.method))
            .collect();
        let required = checks.iter().filter(|c| c.state == CheckState::Required);
        let required = required.map(|check| check.kind.name().into()).collect();
        let event = Event::new(EventKind::CaseOpened, "case", id)
            .with("subject_data", data.id.to_string())
            .with("state", CaseState::Queued.name())
            .with("lookup", lookup.name())
            .with("required", Value::List(required));
        let case = Self {
            id,
            subject_data: data.id,
            owner: data.owner.clone(),
            country: data.country,
            state: CaseState::Queued,
            lookup,
            claim: None,
            checks,
            facts: None,
            evidence: Vec::new(),
            editors: Vec::new(),
            proposal: None,
            decision: None,
            asked: None,
            asked_at: None,
            answer_until: None,
            opened_at: now,
            updated_at: now,
        };
        Changed::created(case, event)
    }

    #[must_use]
    pub fn check(&self, kind: CheckKind) -> Option<&Check> {
        self.checks.iter().find(|check| check.kind == kind)
    }
}

const fn unanswered(kind: CheckKind, method: &VerificationMethod) -> Check {
    let state = if kind.is_required(method) {
        CheckState::Required
    } else {
        CheckState::NotRequired
    };
    Check {
        kind,
        state,
        checked_at: None,
        evidence: Vec::new(),
        note: None,
        recorded_by: None,
    }
}
