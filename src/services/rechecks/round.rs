//! One round about one data set: the timer's part. Every register that knows the organisation's
//! number is asked once a round; one that was silent is asked again, the others are not.
//!
//! Answers, the stop and the next round are one unit: a process that dies between answer and record
//! leaves the timer, and nothing else, behind.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::future::join_all;

use super::{Ground, Rechecks, numbers};
use crate::{
    domain::{
        case::lookup::AUTOMATIC,
        id::{JobId, NotificationId, SubjectDataId},
        job::{Job, JobKind, NewJob},
        notification::{Notification, Topic},
        owner::IdentityName,
        refusal::Refused,
        register::{LookupOutcome, LookupResult, RegisterNumber},
        subject_data::{SubjectData, SubjectDataState, doubt::Finding, lookup::DataLookup},
        terms::Terms,
        text::Text,
        timestamp::{Timestamp, days},
        unit::{Aggregate, Unit},
    },
    policy::{access::SystemScope, reuse},
    ports::{
        entropy::{Entropy, random},
        register::Register,
        store::Page,
    },
    services::{
        cases::lookup::counted,
        jobs::{self, JobHandler},
        request::{Stopped, decide},
    },
};

const SYSTEM: SystemScope = SystemScope::new("registers");
/// Before a silent register is asked again, and what is drawn on top.
const REST: Duration = Duration::from_secs(6 * 3600);
/// The longest rest of one, whatever it wishes.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// Later lookups among which the answers of this round are looked for.
const RECENT: Page = Page {
    limit: 50,
    after: None,
};

/// What becomes of a round.
enum Standing {
    Asks,
    /// Stopped: two people let it go or end it.
    Waits,
    Over,
}

impl Standing {
    /// `carries`: whether certificates that are valid rest on the data.
    fn of(data: &SubjectData, carries: bool, now: Timestamp) -> Self {
        use SubjectDataState as S;
        match data.state {
            S::Suspended => Self::Waits,
            S::Withdrawn if carries && data.doubt.is_some() => Self::Waits,
            S::Verified | S::Withdrawn if carries && data.verified.is_some() => Self::Asks,
            _ if reuse::usable_facts(Some(data), now).is_ok() => Self::Asks,
            _ => Self::Over,
        }
    }
}

/// The timer of data that are decided now.
///
/// # Errors
/// 503 without randomness.
pub fn timer(
    data: SubjectDataId,
    terms: &Terms,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<NewJob, Refused> {
    Ok(NewJob {
        id: JobId::new(now, random(entropy)?),
        kind: JobKind::RecheckData,
        object: data.to_string(),
        slot: "recheck".to_owned(),
        due: next_round(terms, entropy, now)?,
    })
}

fn next_round(terms: &Terms, entropy: &dyn Entropy, now: Timestamp) -> Result<Timestamp, Refused> {
    let [draw]: [u8; 1] = random(entropy)?;
    Ok(now.plus(terms.recheck_after(draw)))
}

impl Rechecks {
    async fn recheck(&self, id: SubjectDataId, job: &Job) -> Result<(), Refused> {
        let store = &*self.0.store;
        let Some(data) = self.0.sets.subject_data(&SYSTEM.read(), id).await? else {
            return jobs::nothing_to_do(store, job).await;
        };
        let now = self.0.clock.now();
        match self.standing(&data, now).await? {
            Standing::Over => return jobs::nothing_to_do(store, job).await,
            Standing::Waits => return jobs::put_off(store, job, now.plus(days(1))).await,
            Standing::Asks => {}
        }
        let all = self.those_who_know(&data);
        let asked = self.unheard(&data, &all, now).await?;
        let complete = asked.len() == all.len();
        let outcomes = join_all(asked.into_iter().map(|(register, number)| async move {
            let outcome = register.lookup(number).await;
            counted(&**register, &outcome);
            outcome
        }))
        .await;
        decide(|| self.settle(id, job, &outcomes, complete)).await
    }

    async fn standing(&self, data: &SubjectData, now: Timestamp) -> Result<Standing, Refused> {
        let (certificates, id) = (&self.0.certificates, data.id.to_string());
        let carries = certificates.valid_resting_on(Aggregate::SubjectData, &id, now);
        Ok(Standing::of(data, carries.await? > 0, now))
    }

    /// Registers that are asked by a number of the organisation's, each by one.
    fn those_who_know(&self, data: &SubjectData) -> Vec<(Arc<dyn Register>, RegisterNumber)> {
        let mut seen = BTreeSet::new();
        let mut all = Vec::new();
        for (kind, number) in numbers(data) {
            for register in self.0.registers.online(&kind, data.country) {
                let number = register.normalise(&kind, data.country, &number);
                if let Ok(number) = number
                    && seen.insert(register.id())
                {
                    all.push((register, number));
                }
            }
        }
        all
    }

    /// Those of them that have not answered in this round yet.
    async fn unheard<'a>(
        &self,
        data: &SubjectData,
        all: &'a [(Arc<dyn Register>, RegisterNumber)],
        now: Timestamp,
    ) -> Result<Vec<&'a (Arc<dyn Register>, RegisterNumber)>, Refused> {
        let began = now.minus(self.0.terms.recheck_after(0) / 2);
        let told = self.0.lookups.data_lookups(data.id, &RECENT).await?;
        let told: BTreeSet<_> = told
            .iter()
            .filter(|one| one.is_automatic() && one.recorded_at > began)
            .map(|one| one.register)
            .collect();
        let all = all.iter();
        Ok(all
            .filter(|(register, _)| !told.contains(&register.id()))
            .collect())
    }

    /// Only this is tried again when the data moved: the registers are asked once.
    async fn settle(
        &self,
        id: SubjectDataId,
        job: &Job,
        outcomes: &[LookupOutcome],
        complete: bool,
    ) -> Result<(), Stopped> {
        let store = &*self.0.store;
        let ground = self.ground(&SYSTEM.read(), id).await?;
        let now = ground.now;
        if !matches!(self.standing(&ground.data, now).await?, Standing::Asks) {
            return Ok(jobs::put_off(store, job, now.plus(days(1))).await?);
        }
        let missing = |outcome: &LookupOutcome| outcome.result() == LookupResult::NotFound;
        let nowhere = complete && outcomes.iter().all(missing);
        let by = IdentityName::parse(AUTOMATIC).ok_or_else(Refused::not_found)?;
        let told = outcomes.iter().filter(|one| !is_silent(one));
        let lookups: Vec<DataLookup> = told
            .map(|one| self.judged(&ground, one, by.clone(), nowhere))
            .collect::<Result<_, _>>()?;
        let due = self.due(outcomes, now)?;
        let Some(first) = lookups.first().cloned() else {
            return Ok(jobs::put_off(store, job, due).await?);
        };
        let unit = Unit::of(SYSTEM.caller(), now, DataLookup::record(first));
        let more = lookups.iter().skip(1).cloned().map(DataLookup::record);
        let unit = more.fold(unit, Unit::change);
        let against: Vec<&DataLookup> = lookups.iter().filter(|one| one.stopped()).collect();
        if against.is_empty() {
            let unit = unit.rest(ground.rest()).ends_job(jobs::again(job, due));
            store.commit(unit).await?;
            return Ok(());
        }
        let unit = self.stop(unit, ground, &against, by)?;
        let unit = unit.ends_job(jobs::again(job, now.plus(days(1))));
        store.commit(unit.reserved()).await?;
        for one in against {
            tell_operators(one);
        }
        Ok(())
    }

    /// Stops the data, on the word of these; its owner is told, unless it has withdrawn them.
    fn stop(
        &self,
        unit: Unit,
        ground: Ground,
        against: &[&DataLookup],
        by: IdentityName,
    ) -> Result<Unit, Refused> {
        let (now, owner) = (ground.now, ground.data.owner.clone());
        let id = ground.data.id;
        let one = |lookup: &&DataLookup| {
            let codes = lookup.against.join(", ");
            format!("{}: {codes}", lookup.register.name())
        };
        let ids = against.iter().map(|lookup| lookup.id.to_string());
        let joined = |parts: Vec<String>| parts.join("; ");
        let names = against.iter().map(|one| one.register.name().to_owned());
        let found = Finding {
            by,
            reason: told(&joined(against.iter().map(one).collect()))?,
            source: told(&joined(names.collect()))?,
            evidence: Some(told(&joined(ids.collect()))?),
        };
        let stopped = ground.data.suspend(&found, now)?;
        let is_withdrawn = stopped.state == SubjectDataState::Withdrawn;
        let unit = unit.change(stopped);
        if is_withdrawn {
            return Ok(unit);
        }
        let line = NotificationId::new(now, random(&*self.0.entropy)?);
        let line = Notification::raise(line, owner, Topic::DataSuspended, None, id, now);
        Ok(unit.tells(line))
    }

    /// The next round, or the next try of who was silent in this one.
    fn due(&self, outcomes: &[LookupOutcome], now: Timestamp) -> Result<Timestamp, Refused> {
        let wishes = outcomes.iter().filter_map(|outcome| match outcome {
            LookupOutcome::Unavailable { retry_at, .. } => Some(*retry_at),
            _ => None,
        });
        let Some(wish) = wishes.min() else {
            return next_round(&self.0.terms, &*self.0.entropy, now);
        };
        let [draw]: [u8; 1] = random(&*self.0.entropy)?;
        let rest = REST.saturating_add(REST / 255 * u32::from(draw));
        Ok(wish.max(now.plus(rest)).min(now.plus(LONGEST)))
    }
}

fn is_silent(outcome: &LookupOutcome) -> bool {
    outcome.result() == LookupResult::Unavailable
}

fn told<const MAX: usize>(text: &str) -> Result<Text<MAX>, Refused> {
    let text: String = text.chars().take(MAX).collect();
    Text::parse(&text).map_err(|error| Refused::unavailable("lookup-not-recorded", error))
}

fn tell_operators(lookup: &DataLookup) {
    let register = lookup.register.name();
    metrics::counter!("chancery_data_stopped_total", "register" => register).increment(1);
    tracing::warn!(
        data = %lookup.subject_data,
        lookup = %lookup.id,
        register,
        against = lookup.against.join(" "),
        "a register speaks against verified data: they are stopped until two people have looked"
    );
}

#[async_trait]
impl JobHandler for Rechecks {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        self.recheck(id, job).await
    }
}
