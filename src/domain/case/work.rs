//! What happens to a case before somebody proposes an outcome.
//!
//! Work needs the claim. Whoever holds it renews it by working; after [`LEASE`] without work
//! another person may take it.

use std::time::Duration;

use super::{Case, CaseEnd, CaseFacts, CaseState, Check, Claim, Evidence, lookup::LookupState};
use crate::domain::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind},
        value::Value,
    },
    document::Document,
    id::CaseId,
    owner::IdentityName,
    refusal::Refused,
    subject_data::need::Question,
    timestamp::Timestamp,
};

/// How long a claim holds without work by its holder.
pub const LEASE: Duration = Duration::from_secs(60 * 60);

/// Most pieces of evidence in one case.
pub const MAX_EVIDENCE: usize = 200;

impl Case {
    /// How many more pieces of evidence it takes.
    #[must_use]
    pub const fn room(&self) -> usize {
        MAX_EVIDENCE.saturating_sub(self.evidence.len())
    }

    /// Who holds the case at `now`.
    #[must_use]
    pub fn holder(&self, now: Timestamp) -> Option<&IdentityName> {
        let claim = self.claim.as_ref()?;
        (now < claim.until).then_some(&claim.by)
    }

    /// Refuses changes to a case that has its end.
    ///
    /// # Errors
    /// 409 `case-decided` or `case-closed`.
    pub const fn require_open(&self) -> Result<(), Refused> {
        match self.state {
            CaseState::Decided => Err(Refused::state("case-decided")),
            CaseState::Closed => Err(Refused::state("case-closed")),
            CaseState::Queued
            | CaseState::InReview
            | CaseState::WaitingForApplicant
            | CaseState::Proposed => Ok(()),
        }
    }

    /// Whether `by` may record something now: in review with the claim (also an ended one that
    /// nobody took), or on a proposal, which it drops.
    ///
    /// # Errors
    /// 409 `case-claimed`, `case-not-claimed`, `case-waiting`, or the code of the end.
    pub fn require_work(&self, by: &IdentityName, now: Timestamp) -> Result<(), Refused> {
        self.require_open()?;
        if self.state == CaseState::WaitingForApplicant {
            return Err(Refused::state("case-waiting"));
        }
        self.require_no_other_holder(by, now)?;
        let own = self.claim.as_ref().is_some_and(|claim| &claim.by == by);
        if own || self.state == CaseState::Proposed {
            Ok(())
        } else {
            Err(Refused::state("case-not-claimed"))
        }
    }

    fn require_no_other_holder(&self, by: &IdentityName, now: Timestamp) -> Result<(), Refused> {
        match self.holder(now) {
            Some(holder) if holder != by => Err(Refused::state("case-claimed")),
            _ => Ok(()),
        }
    }

    /// Back to who proposed, else to who holds it, else to the queue.
    pub(super) fn back_to_work(&mut self, now: Timestamp) {
        if let Some(proposal) = self.proposal.take() {
            self.claim = Some(lease(&proposal.by, now));
        }
        self.state = if self.claim.is_some() {
            CaseState::InReview
        } else {
            CaseState::Queued
        };
        self.updated_at = now;
    }

    /// An outcome in place of an earlier one.
    pub(super) fn put_check(&mut self, check: Check) {
        self.checks.retain(|old| old.kind != check.kind);
        self.checks.push(check);
        self.checks.sort_by_key(|check| check.kind);
    }

    /// Notes that `by` worked: renews the claim, and whoever works on a proposal reopens it.
    pub(super) fn worked(&mut self, by: &IdentityName, now: Timestamp) {
        self.state = CaseState::InReview;
        self.proposal = None;
        self.claim = Some(lease(by, now));
        self.updated_at = now;
        if !self.editors.contains(by) {
            self.editors.push(by.clone());
        }
    }
}

impl Loaded<Case> {
    /// Takes the case from the queue, renews one's own claim, or takes over one that ended. A
    /// waiting case goes back to review: the applicant answered another way. A proposal stays.
    ///
    /// # Errors
    /// 409 `case-claimed` while another person holds it, or the code of the end.
    pub fn claim(self, by: &IdentityName, now: Timestamp) -> Result<Changed<Case>, Refused> {
        self.require_open()?;
        self.require_no_other_holder(by, now)?;
        let claim = lease(by, now);
        let event = event(EventKind::CaseClaimed, self.id).with("until", claim.until.to_string());
        Ok(self.leaves(event, |case| {
            if case.state != CaseState::Proposed {
                case.state = CaseState::InReview;
            }
            case.claim = Some(claim);
            case.updated_at = now;
        }))
    }

    /// Gives the case back to the queue.
    ///
    /// # Errors
    /// 409 `case-not-claimed` unless it is one's own, or the code of the end.
    pub fn release(self, by: &IdentityName, now: Timestamp) -> Result<Changed<Case>, Refused> {
        self.require_open()?;
        if self.claim.as_ref().is_none_or(|claim| &claim.by != by) {
            return Err(Refused::state("case-not-claimed"));
        }
        let event = event(EventKind::CaseReleased, self.id);
        Ok(self.leaves(event, |case| {
            if case.state == CaseState::InReview {
                case.state = CaseState::Queued;
            }
            case.claim = None;
            case.updated_at = now;
        }))
    }

    /// Notes evidence that is stored in the same unit.
    ///
    /// # Errors
    /// As [`Case::require_work`]; 409 `evidence-full` at `MAX_EVIDENCE` pieces.
    pub fn add_evidence(
        self,
        evidence: &Evidence,
        now: Timestamp,
    ) -> Result<Changed<Case>, Refused> {
        self.add_lookup(evidence, None, now)
    }

    /// As [`Self::add_evidence`], of what a register answered a person; `lookup` is how far the
    /// registers are by it, `None` when it was asked by another number.
    ///
    /// # Errors
    /// As [`Self::add_evidence`].
    pub fn add_lookup(
        self,
        evidence: &Evidence,
        lookup: Option<LookupState>,
        now: Timestamp,
    ) -> Result<Changed<Case>, Refused> {
        self.require_work(&evidence.recorded_by, now)?;
        if self.room() == 0 {
            return Err(Refused::state("evidence-full"));
        }
        let event = evidence_event(self.id, evidence);
        Ok(self.work(event, &evidence.recorded_by, now, |case| {
            case.evidence.push((evidence.id, evidence.sha256));
            case.lookup = lookup.unwrap_or(case.lookup);
        }))
    }

    /// The applicant added a document, which is stored in the same unit: a waiting case goes back
    /// to who works on it, a proposal is dropped.
    ///
    /// # Errors
    /// 409 `case-decided` or `case-closed`.
    pub fn document_added(
        self,
        document: &Document,
        now: Timestamp,
    ) -> Result<Changed<Case>, Refused> {
        self.require_open()?;
        let reopened = self.reopened("document");
        let event = event(EventKind::CaseDocumentAdded, self.id)
            .with("document", document.id.to_string())
            .with("sha256", hex::encode(document.sha256));
        let changed = self.leaves(event, |case| case.back_to_work(now));
        Ok(also(changed, reopened))
    }

    /// A person working on the case brought a document into it, which is stored in the same unit:
    /// work like any other.
    ///
    /// # Errors
    /// As [`Case::require_work`].
    pub fn document_brought(
        self,
        document: &Document,
        by: &IdentityName,
        now: Timestamp,
    ) -> Result<Changed<Case>, Refused> {
        self.require_work(by, now)?;
        let event = event(EventKind::CaseDocumentAdded, self.id)
            .with("document", document.id.to_string())
            .with("sha256", hex::encode(document.sha256))
            .with("by", by.as_str());
        Ok(self.work(event, by, now, |_| {}))
    }

    /// Records the outcome of a check in place of an earlier one.
    ///
    /// # Errors
    /// As [`Case::require_work`]; 409 `evidence-missing` when the outcome names evidence of
    /// another case.
    pub fn record_check(
        self,
        check: Check,
        by: &IdentityName,
        now: Timestamp,
    ) -> Result<Changed<Case>, Refused> {
        self.require_work(by, now)?;
        let known = |id| self.evidence.iter().any(|(known, _)| known == id);
        if !check.evidence.iter().all(known) {
            return Err(Refused::state("evidence-missing"));
        }
        let check = Check {
            recorded_by: Some(by.clone()),
            ..check
        };
        let event = check_event(self.id, &check);
        Ok(self.work(event, by, now, |case| case.put_check(check)))
    }

    /// Records what certificates are to say, in place of earlier facts.
    ///
    /// # Errors
    /// As [`Case::require_work`].
    pub fn record_facts(
        self,
        facts: CaseFacts,
        by: &IdentityName,
        now: Timestamp,
    ) -> Result<Changed<Case>, Refused> {
        self.require_work(by, now)?;
        let mut event = event(EventKind::FactsRecorded, self.id)
            .personal("organization", facts.organization.as_str())
            .personal(
                "organization_identifier",
                facts.organization_identifier.as_str(),
            )
            .personal("country", facts.country.to_string());
        if let Some(state) = &facts.state_or_province {
            event = event.personal("state_or_province", state.as_str());
        }
        if let Some(locality) = &facts.locality {
            event = event.personal("locality", locality.as_str());
        }
        Ok(self.work(event, by, now, |case| case.facts = Some(facts)))
    }

    /// Asks the applicant, who has until `until`; the data set waits in the same unit.
    ///
    /// # Errors
    /// As [`Case::require_work`].
    pub fn ask(
        self,
        question: Question,
        until: Timestamp,
        by: &IdentityName,
        now: Timestamp,
    ) -> Result<Changed<Case>, Refused> {
        self.require_work(by, now)?;
        let event = question.tell(event(EventKind::InformationRequested, self.id), until);
        let reopened = self.reopened("question");
        let changed = self.leaves(event, |case| {
            case.state = CaseState::WaitingForApplicant;
            case.proposal = None;
            case.claim = Some(lease(by, now));
            case.asked = question.message;
            case.asked_at = Some(now);
            case.answer_until = Some(until);
            case.updated_at = now;
        });
        Ok(also(changed, reopened))
    }

    /// The data set ends in the same unit, before anybody decided.
    ///
    /// # Errors
    /// 409 `case-decided` or `case-closed`.
    pub fn close(self, why: CaseEnd, now: Timestamp) -> Result<Changed<Case>, Refused> {
        self.require_open()?;
        let event = event(EventKind::CaseClosed, self.id).with("why", why.name());
        Ok(self.leaves(event, |case| {
            case.state = CaseState::Closed;
            case.claim = None;
            case.proposal = None;
            case.updated_at = now;
        }))
    }

    /// A transition whose entry tells what it leaves: state and claim.
    pub(super) fn leaves(self, event: Event, act: impl FnOnce(&mut Case)) -> Changed<Case> {
        let mut after = Case::clone(&self);
        act(&mut after);
        let mut event = tell_place(event, &after);
        if after.lookup != self.lookup {
            event = event.with("lookup", after.lookup.name());
        }
        self.change(event, |case| *case = after)
    }

    fn work(
        self,
        event: Event,
        by: &IdentityName,
        now: Timestamp,
        record: impl FnOnce(&mut Case),
    ) -> Changed<Case> {
        let reopened = self.reopened("evidence");
        let changed = self.leaves(event, |case| {
            case.worked(by, now);
            record(case);
        });
        also(changed, reopened)
    }

    /// The entry for a proposal that falls.
    pub(super) fn reopened(&self, why: &'static str) -> Option<Event> {
        let proposal = self.proposal.as_ref()?;
        let event = event(EventKind::CaseReopened, self.id)
            .with("why", why)
            .with("proposed_by", proposal.by.as_str())
            .with("proposed_digest", hex::encode(proposal.digest));
        Some(event)
    }
}

pub(super) fn event(kind: EventKind, case: CaseId) -> Event {
    Event::new(kind, "case", case)
}

/// The entry of a piece of evidence.
pub(super) fn evidence_event(case: CaseId, evidence: &Evidence) -> Event {
    let mut event = event(EventKind::EvidenceRecorded, case)
        .with("evidence", evidence.id.to_string())
        .with("by", evidence.recorded_by.as_str())
        .personal("source", evidence.source.as_str())
        .with("kind", evidence.kind.name())
        .with("sha256", hex::encode(evidence.sha256))
        .with("obtained_at", evidence.obtained_at.to_string());
    if let Some(description) = &evidence.description {
        event = event.personal("description", description.as_str());
    }
    if let Some(document) = evidence.document {
        event = event.with("document", document.to_string());
    }
    if let Some(day) = evidence.issued_on {
        event = event.with("issued_on", day.to_string());
    }
    if let Some(register) = evidence.register {
        event = event.with("register", register.name());
    }
    if let Some(contact) = &evidence.contact {
        event = event
            .with("found_in", contact.found_in.to_string())
            .personal("reached_at", contact.reached_at.as_str())
            .personal("person", contact.person.as_str());
    }
    event
}

/// The entry of an outcome.
pub(super) fn check_event(case: CaseId, check: &Check) -> Event {
    let evidence = check.evidence.iter().map(|id| id.to_string().into());
    let mut event = event(EventKind::CheckRecorded, case)
        .with("check", check.kind.name())
        .with("outcome", check.state.name())
        .with("evidence", Value::List(evidence.collect()));
    if let Some(by) = &check.recorded_by {
        event = event.with("by", by.as_str());
    }
    if let Some(note) = &check.note {
        event = event.personal("note", note.as_str());
    }
    if let Some(at) = check.checked_at {
        event = event.with("checked_at", at.to_string());
    }
    event
}

/// Where the case stands, and with whom.
pub(super) fn tell_place(event: Event, case: &Case) -> Event {
    let event = event.with("state", case.state.name());
    match &case.claim {
        Some(claim) => event
            .with("claimed_by", claim.by.as_str())
            .with("claimed_until", claim.until.to_string()),
        None => event,
    }
}

fn lease(by: &IdentityName, now: Timestamp) -> Claim {
    Claim {
        by: by.clone(),
        until: now.plus(LEASE),
    }
}

pub(super) fn also(changed: Changed<Case>, event: Option<Event>) -> Changed<Case> {
    match event {
        Some(event) => changed.and(event, |_| {}),
        None => changed,
    }
}
