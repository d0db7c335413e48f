//! The registers of the data's number are asked as soon as the data are handed over, as a leased
//! job: nobody waits for them. Each register's answer becomes evidence once; a silent register
//! is asked again, more and more rarely, and then left to people. What people ask registers
//! meanwhile takes nothing from this.
//!
//! Where the number is an LEI, the index's entry names the organisation at its national register:
//! that one is asked by its number next, and what it says is held against the data as well.
//!
//! Answers and the end of the job are one unit: a process that dies between answer and record
//! leaves the job, and nothing else, behind.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::future::join_all;

use super::{LookupWish, asked, counted, heard_before, record};
use crate::{
    domain::{
        case::{
            Check, Evidence,
            lookup::{AUTOMATIC, Answers, LookupState},
        },
        id::CaseId,
        job::{Job, JobEnd, backoff},
        owner::IdentityName,
        refusal::Refused,
        register::{LookupOutcome, LookupResult, RegisterId, RegisterNumber},
        timestamp::Timestamp,
        unit::{Aggregate, Unit},
    },
    policy::{
        access::SystemScope,
        case_rules::{
            automatic::{self, Answer},
            crossing::{self, Heard},
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
        if !is_open(&ground) {
            return jobs::nothing_to_do(&*work.store, job).await;
        }
        // Nor again and again, whatever stops it from being recorded.
        if job.attempts > TRIES {
            return decide(|| self.give_up(id, job)).await;
        }
        let own = LookupWish::default();
        let (kind, number) = asked(&own, &ground.data)?;
        let numbered = self.askable(kind, number, &ground);
        let of_all = numbered.len();
        let unasked: Vec<_> = numbered
            .into_iter()
            .filter(|(register, number)| !has_answered(register.id(), number, &ground))
            .collect();
        // Nobody is asked for what cannot be kept.
        if unasked.len() > ground.case.room() {
            return decide(|| self.give_up(id, job)).await;
        }
        let complete = unasked.len() == of_all;
        let mut outcomes = ask_all(unasked).await;
        let named = self.named_by_index(&outcomes, &ground);
        outcomes.extend(ask_all(named).await);
        decide(|| self.keep(id, job, &outcomes, complete)).await
    }

    /// The connected registers of this kind of number, and the number in the form of each.
    fn askable(&self, kind: &str, number: &str, ground: &Ground) -> Vec<Question> {
        let country = ground.data.country;
        let registers = self.0.0.registers.online(kind, country).into_iter();
        let questions = registers.filter_map(|register| {
            let number = register.normalise(kind, country, number).ok()?;
            Some((register, number))
        });
        questions.collect()
    }

    /// The national registers that the entry under the data's LEI leads to, by the numbers it
    /// gives; as many as the case has room for.
    fn named_by_index(&self, outcomes: &[LookupOutcome], ground: &Ground) -> Vec<Question> {
        let mut heard = heard_before(ground);
        heard.extend(outcomes.iter().filter_map(Heard::of));
        let named = crossing::of_index(&ground.data, &heard);
        let questions = named.flat_map(|one| self.askable(&one.kind, &one.number, ground));
        let room = ground.case.room().saturating_sub(outcomes.len());
        let unasked =
            questions.filter(|(register, number)| !has_answered(register.id(), number, ground));
        unasked.take(room).collect()
    }

    /// Only this is tried again when the case moved: the registers are asked once. What a person
    /// learnt of one of them meanwhile takes nothing from what the others said.
    async fn keep(
        &self,
        id: CaseId,
        job: &Job,
        outcomes: &[LookupOutcome],
        complete: bool,
    ) -> Result<(), Stopped> {
        let store = self.0.0.store.as_ref();
        let ground = self.0.ground_in(&scope().read(), id).await?;
        if !is_open(&ground) {
            return Ok(jobs::nothing_to_do(store, job).await?);
        }
        let news: Vec<_> = outcomes
            .iter()
            .filter(|one| is_news(one, &ground))
            .collect();
        let complete = complete && news.len() == outcomes.len();
        let (answers, evidence) = self.heard(id, &news, &ground)?;
        let checks = automatic::outcomes(&ground.case, &answers, complete);
        let (state, due) = progress(&ground, job, &news, &answers, &checks);
        if evidence.is_empty() && checks.is_empty() && state == ground.case.lookup {
            match due {
                Some(due) => jobs::put_off(store, job, due).await?,
                None => jobs::nothing_to_do(store, job).await?,
            }
            return Ok(());
        }
        let answers = Answers {
            state,
            evidence,
            checks,
        };
        self.record(ground, answers, jobs::next(job, due)).await
    }

    /// Leaves the case to people, without a word of any register.
    async fn give_up(&self, id: CaseId, job: &Job) -> Result<(), Stopped> {
        let ground = self.0.ground_in(&scope().read(), id).await?;
        if !is_open(&ground) || ground.case.lookup == LookupState::NeedsReview {
            let store = self.0.0.store.as_ref();
            return Ok(jobs::nothing_to_do(store, job).await?);
        }
        let answers = Answers {
            state: LookupState::NeedsReview,
            evidence: Vec::new(),
            checks: Vec::new(),
        };
        self.record(ground, answers, jobs::done(job)).await
    }

    /// The answers and the end of the job.
    async fn record(&self, ground: Ground, answers: Answers, end: JobEnd) -> Result<(), Stopped> {
        let evidence = answers.evidence.clone();
        let changed = ground.case.registers_answered(answers, ground.now)?;
        let unit = Unit::of(scope().caller(), ground.now, changed).rests_on(
            Aggregate::SubjectData,
            ground.data.id,
            ground.data.version(),
        );
        let unit = evidence.into_iter().fold(unit, Unit::change);
        self.0.0.store.commit(unit.ends_job(end)).await?;
        Ok(())
    }

    /// The answers, and those that are not on record yet.
    fn heard(
        &self,
        id: CaseId,
        outcomes: &[&LookupOutcome],
        ground: &Ground,
    ) -> Result<(Vec<Answer>, Vec<Evidence>), Refused> {
        let now = ground.now;
        let mut answers = Vec::new();
        let mut evidence = Vec::new();
        let mut known = heard_before(ground);
        for outcome in outcomes {
            let mut findings = if is_of_index(outcome, &known, ground) {
                lookup::findings_of_index(&ground.data, outcome)
            } else {
                lookup::findings(&ground.data, outcome)
            };
            findings.extend(crossing::finding(&ground.data, outcome, &known));
            known.extend(Heard::of(outcome));
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
            let is_silent = outcome.result() == LookupResult::Unavailable;
            let seen = outcome.evidence();
            let mut earlier = lookups_by(seen.register, &seen.number, ground);
            if !is_silent || earlier.all(|told| told != LookupResult::Unavailable) {
                evidence.push(piece);
            }
        }
        Ok((answers, evidence))
    }
}

/// A register, and the number to ask it by.
type Question = (Arc<dyn Register>, RegisterNumber);

/// Side by side; each ends within its own time.
async fn ask_all(questions: Vec<Question>) -> Vec<LookupOutcome> {
    let asking = questions.into_iter().map(|(register, number)| async move {
        let outcome = register.lookup(&number).await;
        counted(&*register, &outcome);
        outcome
    });
    join_all(asking).await
}

/// Whether the register was asked because the index of LEIs names it.
fn is_of_index(outcome: &LookupOutcome, known: &[Heard], ground: &Ground) -> bool {
    let asked = &outcome.evidence().number;
    !lookup::is_own(asked, &ground.data)
        && crossing::of_index(&ground.data, known).any(|named| named.kind == asked.kind)
}

const fn scope() -> SystemScope {
    SystemScope::new("registers")
}

fn automatic_name() -> Result<IdentityName, Refused> {
    IdentityName::parse(AUTOMATIC).ok_or_else(Refused::not_found)
}

/// How far the registers are by these answers, and when a silent one is asked again. The job has
/// its own end, whatever a person learnt of a register and the case says by it.
fn progress(
    ground: &Ground,
    job: &Job,
    outcomes: &[&LookupOutcome],
    answers: &[Answer],
    checks: &[Check],
) -> (LookupState, Option<Timestamp>) {
    let is_silent = |result| result == LookupResult::Unavailable;
    let silent = outcomes.iter().any(|one| is_silent(one.result()));
    let earlier = ground.evidence.iter().filter_map(|one| one.kind.lookup());
    let mut told = earlier.chain(outcomes.iter().map(|one| one.result()));
    let was_told = told.clone().any(|result| !is_silent(result));
    let asked = match told.next() {
        None => LookupState::NotAsked,
        Some(_) => automatic::state(&after(&ground.case.checks, checks), silent),
    };
    let waits = asked == LookupState::RegisterUnavailable;
    let due = (waits && job.attempts < TRIES).then(|| again(job, outcomes, ground.now));
    let asked = if waits && due.is_none() && was_told {
        LookupState::NeedsReview
    } else {
        asked
    };
    (automatic::reached(&ground.case, asked, answers), due)
}

/// People may have ended the case.
fn is_open(ground: &Ground) -> bool {
    ground.case.require_open().is_ok()
}

/// Whether nobody has heard this register meanwhile.
fn is_news(outcome: &LookupOutcome, ground: &Ground) -> bool {
    let seen = outcome.evidence();
    !has_answered(seen.register, &seen.number, ground)
}

/// Whether the case holds an answer of this register about this number, whoever asked.
fn has_answered(register: RegisterId, number: &RegisterNumber, ground: &Ground) -> bool {
    lookups_by(register, number, ground).any(|result| result != LookupResult::Unavailable)
}

/// What came of the lookups of this number at this register that the case holds.
fn lookups_by(
    register: RegisterId,
    number: &RegisterNumber,
    ground: &Ground,
) -> impl Iterator<Item = LookupResult> {
    let of_register = ground
        .evidence
        .iter()
        .filter(move |piece| piece.register == Some(register));
    of_register
        .filter(move |piece| {
            record::heard(&piece.content).is_some_and(|heard| &heard.asked == number)
        })
        .filter_map(|piece| piece.kind.lookup())
}

/// The checks once these are recorded.
fn after(old: &[Check], new: &[Check]) -> Vec<Check> {
    let kept = old
        .iter()
        .filter(|old| new.iter().all(|new| new.kind != old.kind));
    kept.chain(new).cloned().collect()
}

/// Not before the first of the silent registers wishes to be asked again.
fn again(job: &Job, outcomes: &[&LookupOutcome], now: Timestamp) -> Timestamp {
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
