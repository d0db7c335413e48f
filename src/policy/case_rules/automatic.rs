//! Which outcomes follow from what registers answered by themselves, without a person: only
//! those that the answers show plainly. What a person recorded stays, a doubt outweighs a
//! confirmation and a contradiction both, and silence weighs nothing.

use super::lookup::Finding;
use crate::domain::{
    case::{
        Case, Check, CheckKind, CheckState,
        lookup::{AUTOMATIC, LookupState},
    },
    id::EvidenceId,
    owner::IdentityName,
    register::{LookupResult, RegisterId},
    text::Text,
    timestamp::Timestamp,
};

/// The checks that a register can answer.
pub const READABLE: [CheckKind; 5] = [
    CheckKind::Existence,
    CheckKind::LegalName,
    CheckKind::Address,
    CheckKind::Identifier,
    CheckKind::ActiveStatus,
];

/// What one register answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub register: RegisterId,
    pub evidence: EvidenceId,
    pub at: Timestamp,
    pub result: LookupResult,
    pub findings: Vec<Finding>,
}

/// How much a finding weighs; the heaviest holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Silent,
    Confirms,
    Doubts,
    Contradicts,
}

/// The checks that change by these answers. `complete`: no other register is asked by this
/// number. A number that one register lacks and another one has is a doubt: not each register
/// knows each kind of organisation.
#[must_use]
pub fn outcomes(case: &Case, answers: &[Answer], complete: bool) -> Vec<Check> {
    let missing = |answer: &Answer| answer.result == LookupResult::NotFound;
    let nowhere = complete && answers.iter().all(missing);
    READABLE
        .into_iter()
        .filter_map(|kind| outcome(case.check(kind)?, answers, nowhere))
        .collect()
}

fn outcome(old: &Check, answers: &[Answer], nowhere: bool) -> Option<Check> {
    if is_by_person(old) {
        return None;
    }
    let said: Vec<(&Answer, &Finding, Weight)> = answers
        .iter()
        .flat_map(|answer| answer.findings.iter().map(move |finding| (answer, finding)))
        .filter(|(_, finding)| finding.check == old.kind)
        .map(|(answer, finding)| (answer, finding, weight(answer, finding, nowhere)))
        .filter(|(_, _, weight)| *weight > Weight::Silent)
        .collect();
    let heaviest = said.iter().map(|(_, _, weight)| *weight).max()?;
    let mut new = old.clone();
    new.state = match heaviest.max(weight_of(old)) {
        Weight::Contradicts => CheckState::Failed,
        Weight::Confirms => CheckState::Verified,
        Weight::Doubts | Weight::Silent => CheckState::Required,
    };
    let mut note = old.note.as_ref().map(ToString::to_string);
    for (answer, finding, _) in said {
        new.evidence.push(answer.evidence);
        new.checked_at = Some(new.checked_at.map_or(answer.at, |at| at.min(answer.at)));
        let line = format!("{}: {}", answer.register.name(), finding.code);
        note = Some(note.map_or(line.clone(), |note| format!("{note}; {line}")));
    }
    new.note = note.and_then(|note| Text::parse(&note).ok());
    new.recorded_by = IdentityName::parse(AUTOMATIC);
    Some(new)
}

fn weight(answer: &Answer, finding: &Finding, nowhere: bool) -> Weight {
    match finding.state {
        CheckState::Verified => Weight::Confirms,
        CheckState::Failed if answer.result == LookupResult::NotFound && !nowhere => Weight::Doubts,
        CheckState::Failed => Weight::Contradicts,
        CheckState::Required if finding.is_silent() => Weight::Silent,
        CheckState::Required | CheckState::NotRequired => Weight::Doubts,
    }
}

/// What stands already; what registers left open before was a doubt of theirs.
fn weight_of(check: &Check) -> Weight {
    match (check.state, &check.recorded_by) {
        (CheckState::Failed, _) => Weight::Contradicts,
        (CheckState::Verified, _) => Weight::Confirms,
        (CheckState::Required, Some(_)) => Weight::Doubts,
        (CheckState::Required | CheckState::NotRequired, _) => Weight::Silent,
    }
}

/// How far the registers are once the checks stand so. `silent`: one could not be asked. A
/// silent one is waited for only while the others leave something open.
#[must_use]
pub fn state(checks: &[Check], silent: bool) -> LookupState {
    let readable = |check: &&Check| READABLE.contains(&check.kind);
    let any = |state| checks.iter().filter(readable).any(|one| one.state == state);
    let all = |state| checks.iter().filter(readable).all(|one| one.state == state);
    if all(CheckState::Verified) {
        LookupState::AutoMatched
    } else if silent && !any(CheckState::Failed) {
        LookupState::RegisterUnavailable
    } else {
        LookupState::NeedsReview
    }
}

/// How far the registers are after the daemon asked and would say `asked`: what a person learnt
/// of one of them stands. Nothing lifts a doubt of theirs, and only a doubt lifts a match. None is
/// a match of which a register says otherwise, whatever a person recorded.
#[must_use]
pub fn reached(case: &Case, asked: LookupState, answers: &[Answer]) -> LookupState {
    let by = |answer: &Answer| state_after(case, answer.result, &answer.findings);
    let mut said = answers.iter().flat_map(|answer| &answer.findings);
    // The check of a person shows nothing of it, and in the next round nobody would know.
    let is_hidden = |finding: &Finding| {
        is_heavy(finding) && case.check(finding.check).is_some_and(is_by_person)
    };
    let matched = asked == LookupState::AutoMatched;
    let doubted = said.any(|finding| (matched && is_heavy(finding)) || is_hidden(finding));
    match case.lookup {
        LookupState::NeedsReview => LookupState::NeedsReview,
        _ if doubted => LookupState::NeedsReview,
        before @ LookupState::AutoMatched => answers
            .iter()
            .map(by)
            .find(|state| *state != before)
            .unwrap_or(before),
        LookupState::NotAsked | LookupState::AutoChecking | LookupState::RegisterUnavailable => {
            asked
        }
    }
}

/// How far the registers are after a person asked one of them by the number of the data. What is
/// on record against the data outweighs what this one confirms.
#[must_use]
pub fn state_after(case: &Case, result: LookupResult, findings: &[Finding]) -> LookupState {
    let confirms = |kind: CheckKind| {
        let mut of_kind = findings.iter().filter(|finding| finding.check == kind);
        of_kind.any(|finding| finding.state == CheckState::Verified)
    };
    let is_doubted = |kind: CheckKind| {
        let on_record = case.check(kind).map(weight_of);
        on_record.is_some_and(|weight| weight > Weight::Confirms)
    };
    match (case.lookup, result) {
        (before, LookupResult::Unavailable) => before,
        (LookupState::NeedsReview, _) => LookupState::NeedsReview,
        _ if READABLE.into_iter().any(is_doubted) => LookupState::NeedsReview,
        (LookupState::AutoMatched, LookupResult::Found) if !findings.iter().any(is_heavy) => {
            LookupState::AutoMatched
        }
        (LookupState::AutoMatched, _) => LookupState::NeedsReview,
        _ if findings.iter().any(is_heavy) => LookupState::NeedsReview,
        _ if READABLE.into_iter().all(confirms) => LookupState::AutoMatched,
        _ => LookupState::NeedsReview,
    }
}

fn is_by_person(check: &Check) -> bool {
    let by = check.recorded_by.as_ref();
    by.is_some_and(|by| by.as_str() != AUTOMATIC)
}

/// Whether it speaks against the data, or leaves room for doubt.
fn is_heavy(finding: &Finding) -> bool {
    finding.state != CheckState::Verified && !finding.is_silent()
}
