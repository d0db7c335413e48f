//! The registers of the data's number are asked as soon as the data are handed over, as a leased
//! job: nobody waits for them. Each register's answer becomes evidence once; a silent register
//! is asked again, more and more rarely, and then left to people.
//!
//! Answers and the end of the job are one unit: a process that dies between answer and record
//! leaves the job, and nothing else, behind.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::future::join_all;

use super::{LookupWish, asked, counted};
use crate::{
    domain::{
        case::{
            Check, Evidence,
            lookup::{AUTOMATIC, Answers, LookupState},
        },
        id::CaseId,
        job::{Job, backoff},
        owner::IdentityName,
        refusal::Refused,
        register::{LookupOutcome, LookupResult},
        timestamp::Timestamp,
        unit::{Aggregate, Unit},
    },
    policy::{
        access::SystemScope,
        case_rules::{
            automatic::{self, Answer},
            lookup,
        },
    },
    ports::register::Register,
    services::{
        cases::{CaseWork, Ground},
        jobs::{self, JobHandler},
        request::{Stopped, decide},
    },
};

/// Tries of a silent register; after them, people go on without it.
const TRIES: u32 = 6;
/// The longest rest, whatever a register wishes.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Who asks.
pub struct AutomaticLookup(pub CaseWork);

impl AutomaticLookup {
    async fn ask(&self, id: CaseId, job: &Job) -> Result<(), Refused> {
        let work = &self.0.0;
        let ground = self.0.ground_in(&scope().read(), id).await?;
        if !is_wanted(&ground) {
            return jobs::nothing_to_do(&*work.store, job).await;
        }
        let own = LookupWish::default();
        let (kind, number) = asked(&own, &ground.data)?;
        let registers = work.registers.online(kind, ground.data.country);
        let complete = registers.iter().all(|one| !has_answered(one, &ground));
        let unasked = registers
            .into_iter()
            .filter(|one| !has_answered(one, &ground));
        let numbered = unasked.filter_map(|register| {
            let number = register.normalise(kind, ground.data.country, number).ok()?;
            Some((register, number))
        });
        let outcomes = join_all(numbered.map(|(register, number)| async move {
            let outcome = register.lookup(&number).await;
            counted(&*register, &outcome);
            outcome
        }))
        .await;
        decide(|| self.keep(id, job, &outcomes, complete)).await
    }

    /// Only this is tried again when the case moved: the registers are asked once.
    async fn keep(
        &self,
        id: CaseId,
        job: &Job,
        outcomes: &[LookupOutcome],
        complete: bool,
    ) -> Result<(), Stopped> {
        let store = self.0.0.store.as_ref();
        let ground = self.0.ground_in(&scope().read(), id).await?;
        if !is_wanted(&ground) {
            return Ok(jobs::nothing_to_do(store, job).await?);
        }
        let now = ground.now;
        let (answers, evidence) = self.heard(id, outcomes, &ground)?;
        let checks = automatic::outcomes(&ground.case, &answers, complete);
        let silent = outcomes
            .iter()
            .any(|one| one.result() == LookupResult::Unavailable);
        let state = match outcomes {
            [] if !ground
                .evidence
                .iter()
                .any(|one| one.kind.lookup().is_some()) =>
            {
                LookupState::NotAsked
            }
            _ => automatic::state(&after(&ground.case.checks, &checks), silent),
        };
        let due = (state == LookupState::RegisterUnavailable && job.attempts < TRIES)
            .then(|| again(job, outcomes, now));
        if evidence.is_empty() && checks.is_empty() && state == ground.case.lookup {
            match due {
                Some(due) => jobs::put_off(store, job, due).await?,
                None => jobs::nothing_to_do(store, job).await?,
            }
            return Ok(());
        }
        let answers = Answers {
            state,
            evidence: evidence.clone(),
            checks,
        };
        let changed = ground.case.clone().registers_answered(answers, now)?;
        let unit = Unit::of(scope().caller(), now, changed).rests_on(
            Aggregate::SubjectData,
            ground.data.id,
            ground.data.version(),
        );
        let unit = evidence.into_iter().fold(unit, Unit::change);
        store.commit(unit.ends_job(jobs::next(job, due))).await?;
        Ok(())
    }

    /// The answers, and those that are not on record yet.
    fn heard(
        &self,
        id: CaseId,
        outcomes: &[LookupOutcome],
        ground: &Ground,
    ) -> Result<(Vec<Answer>, Vec<Evidence>), Refused> {
        let now = ground.now;
        let mut answers = Vec::new();
        let mut evidence = Vec::new();
        for outcome in outcomes {
            let findings = lookup::findings(&ground.data, outcome);
            let piece = self
                .0
                .evidence_of(id, outcome, &findings, automatic_name()?, now)?;
            answers.push(Answer {
                register: outcome.evidence().register,
                evidence: piece.id,
                at: piece.obtained_at,
                result: outcome.result(),
                findings,
            });
            // A silence that is on record already is not told again.
            let silent = outcome.result() == LookupResult::Unavailable;
            if !silent
                || ground
                    .evidence
                    .iter()
                    .all(|old| !is_same_silence(old, &piece))
            {
                evidence.push(piece);
            }
        }
        Ok((answers, evidence))
    }
}

const fn scope() -> SystemScope {
    SystemScope::new("registers")
}

fn automatic_name() -> Result<IdentityName, Refused> {
    IdentityName::parse(AUTOMATIC).ok_or_else(Refused::not_found)
}

/// People may have ended the case, or asked the register themselves.
fn is_wanted(ground: &Ground) -> bool {
    ground.case.require_open().is_ok() && ground.case.lookup.is_pending()
}

/// Whether the case holds an answer of this register, whoever asked.
fn has_answered(register: &Arc<dyn Register>, ground: &Ground) -> bool {
    ground.evidence.iter().any(|piece| {
        piece.register() == Some(register.id())
            && piece.kind.lookup() != Some(LookupResult::Unavailable)
    })
}

fn is_same_silence(old: &Evidence, new: &Evidence) -> bool {
    old.kind == new.kind && old.register() == new.register()
}

/// The checks once these are recorded.
fn after(old: &[Check], new: &[Check]) -> Vec<Check> {
    let kept = old
        .iter()
        .filter(|old| new.iter().all(|new| new.kind != old.kind));
    kept.chain(new).cloned().collect()
}

/// Not before the first of the silent registers wishes to be asked again.
fn again(job: &Job, outcomes: &[LookupOutcome], now: Timestamp) -> Timestamp {
    let wishes = outcomes.iter().filter_map(|outcome| match outcome {
        LookupOutcome::Unavailable { retry_at, .. } => Some(*retry_at),
        _ => None,
    });
    let due = now.plus(backoff(job.attempts));
    let wished = wishes.min().map_or(due, |wish| wish.max(due));
    wished.min(now.plus(LONGEST))
}

#[async_trait]
impl JobHandler for AutomaticLookup {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        self.ask(id, job).await
    }
}
