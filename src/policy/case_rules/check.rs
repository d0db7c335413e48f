//! The outcome of one check.

use super::{fault, sources::Held};
use crate::domain::{
    case::{Case, Check, CheckKind, CheckState, Contact, Evidence},
    id::EvidenceId,
    refusal::{Fault, Refused},
    register::LookupResult,
    subject_data::SubjectData,
    terms::Terms,
    text::Text,
    timestamp::Timestamp,
};

/// Most pieces of evidence one check may name.
pub const MAX_NAMED: usize = 50;

/// What a specialist records.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub state: CheckState,
    pub checked_at: Option<Timestamp>,
    pub evidence: Vec<EvidenceId>,
    pub note: Option<Text<1000>>,
}

/// Judges an outcome: VERIFIED and FAILED need a date that has come and evidence of this case; a
/// check the data needs cannot be called NOT_REQUIRED.
///
/// # Errors
/// 422 `validation-failed` with every fault.
pub fn judge(
    kind: CheckKind,
    outcome: Outcome,
    case: &Case,
    data: &SubjectData,
    now: Timestamp,
) -> Result<Check, Refused> {
    let mut faults = Vec::new();
    if outcome.state == CheckState::NotRequired && kind.is_required(&data.method) {
        faults.push(fault("/state", "check-required"));
    }
    if matches!(outcome.state, CheckState::Verified | CheckState::Failed) {
        if outcome.checked_at.is_none() {
            faults.push(fault("/checked_at", "member-missing"));
        }
        if outcome.evidence.is_empty() {
            faults.push(fault("/evidence", "member-missing"));
        }
    }
    if outcome.checked_at.is_some_and(|at| at > now) {
        faults.push(fault("/checked_at", "date-in-future"));
    }
    if outcome.evidence.len() > MAX_NAMED {
        faults.push(fault("/evidence", "too-many"));
    }
    faults.extend(unknown_evidence(&outcome.evidence, case));
    Refused::unless_clean(faults)?;
    Ok(Check {
        kind,
        state: outcome.state,
        checked_at: outcome.checked_at,
        evidence: outcome.evidence,
        note: outcome.note,
        recorded_by: None,
    })
}

/// A register that was silent proves nothing, and one that has no entry proves nothing good: such
/// lookups carry no outcome that they do not tell.
///
/// # Errors
/// 422 `validation-failed` with `evidence-says-nothing` for each.
pub fn require_telling(outcome: &Outcome, evidence: &[Evidence]) -> Result<(), Refused> {
    let told = |id: &EvidenceId| {
        let piece = evidence.iter().find(|piece| piece.id == *id);
        match (piece.and_then(|piece| piece.kind.lookup()), outcome.state) {
            (None | Some(LookupResult::Found), _) => true,
            (Some(_), CheckState::Required | CheckState::NotRequired) => true,
            (Some(LookupResult::NotFound | LookupResult::Ambiguous), state) => {
                state == CheckState::Failed
            }
            (Some(LookupResult::Unavailable | LookupResult::SchemaChanged), _) => false,
        }
    };
    let named = outcome.evidence.iter().enumerate();
    let empty = named.filter(|(_, id)| !told(id));
    let faults = empty.map(|(at, _)| fault(&format!("/evidence/{at}"), "evidence-says-nothing"));
    Refused::unless_clean(faults.collect())
}

/// A check of what the organisation is rests on something that can show it: a register, asked by
/// the daemon or by a person, or a document of the kind that does. A note shows nothing.
///
/// # Errors
/// 422 `validation-failed` with `source-missing`.
pub fn require_source(kind: CheckKind, outcome: &Outcome, held: Held<'_>) -> Result<(), Refused> {
    let mut faults = Vec::new();
    let claims = outcome.state == CheckState::Verified;
    // Without any evidence that is what is missing.
    if claims && !outcome.evidence.is_empty() && !has_source(kind, &outcome.evidence, held) {
        faults.push(fault("/evidence", "source-missing"));
    }
    Refused::unless_clean(faults)
}

/// Whether one of the named pieces can show what the check is about.
#[must_use]
pub fn has_source(kind: CheckKind, named: &[EvidenceId], held: Held<'_>) -> bool {
    let mut pieces = named.iter().filter_map(|id| held.piece(*id));
    pieces.any(|piece| held.shows(kind, piece))
}

/// Who represents the applicant is told by nobody but the applicant itself, over a way of reaching
/// it that it did not name (Reliable Method of Communication, S/MIME BR 3.2.6): without such a
/// contact the authority is not verified, whatever a register says.
///
/// # Errors
/// 422 `validation-failed` with `contact-missing`, or with the fault of each contact that does not
/// count.
pub fn require_contact(
    kind: CheckKind,
    outcome: &Outcome,
    held: Held<'_>,
    terms: &Terms,
    now: Timestamp,
) -> Result<(), Refused> {
    let claims =
        kind == CheckKind::RepresentativeAuthority && outcome.state == CheckState::Verified;
    let named = &outcome.evidence;
    // Without any evidence that is what is missing.
    if !claims || named.is_empty() {
        return Ok(());
    }
    let mut faults: Vec<Fault> = contact_faults(named, held, terms, now)
        .map(|(at, code)| fault(&format!("/evidence/{at}"), code))
        .collect();
    if contacts(named, held.evidence).next().is_none() {
        faults.push(fault("/evidence", "contact-missing"));
    }
    Refused::unless_clean(faults)
}

/// The named pieces that are contacts and do not count: their place, and why.
pub fn contact_faults<'a>(
    named: &'a [EvidenceId],
    held: Held<'a>,
    terms: &'a Terms,
    now: Timestamp,
) -> impl Iterator<Item = (usize, &'static str)> {
    let pieces = named.iter().enumerate();
    pieces.filter_map(move |(at, id)| {
        let piece = held.piece(*id)?;
        let contact = piece.contact.as_ref()?;
        let by_applicant = || {
            held.is_of_applicant(piece)
                .then_some("contact-not-independent")
        };
        let code = held.contact_fault(contact, terms, now);
        Some((at, code.or_else(by_applicant)?))
    })
}

/// The named pieces that are contacts.
pub fn contacts<'a>(
    named: &'a [EvidenceId],
    evidence: &'a [Evidence],
) -> impl Iterator<Item = &'a Contact> {
    let pieces = evidence.iter().filter(|piece| named.contains(&piece.id));
    pieces.filter_map(|piece| piece.contact.as_ref())
}

fn unknown_evidence(named: &[EvidenceId], case: &Case) -> Vec<Fault> {
    named
        .iter()
        .take(MAX_NAMED)
        .enumerate()
        .filter(|(_, id)| !case.evidence.iter().any(|(known, _)| known == *id))
        .map(|(at, _)| fault(&format!("/evidence/{at}"), "evidence-unknown"))
        .collect()
}
