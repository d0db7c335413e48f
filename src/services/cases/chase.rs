//! The applicant who does not answer: reminded on days 3, 7 and 13 or as configured, and the data
//! refused when the time ends that was given with the question (flows 3.8). Nobody decides here: what was never
//! shown is not verified.

use async_trait::async_trait;

use super::{CaseWork, Ground};
use crate::{
    domain::{
        audit::event::{Event, EventKind},
        case::{CaseEnd, CaseState},
        id::{CaseId, JobId},
        job::{Job, JobKind, NewJob},
        mail::MailKind,
        notification::Topic,
        refusal::Refused,
        timestamp::{Timestamp, days},
        unit::{Aggregate, Unit},
    },
    policy::{access::SystemScope, warnings},
    ports::entropy::random,
    services::{
        jobs::{self, JobHandler},
        request::{Stopped, decide},
    },
};

impl CaseWork {
    /// The timer of a question that is asked now.
    pub(super) fn timer(
        &self,
        case: CaseId,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<NewJob, Stopped> {
        Ok(NewJob {
            id: JobId::new(now, random(&*self.0.entropy)?),
            kind: JobKind::ChaseApplicant,
            object: case.to_string(),
            slot: slot(now),
            due: self.next(now, until, now),
        })
    }

    async fn chase(&self, id: CaseId, job: &Job) -> Result<(), Stopped> {
        let system = SystemScope::new("timer");
        let store = self.0.store.as_ref();
        let ground = self.ground_in(&system.read(), id).await?;
        let waits = ground.case.state == CaseState::WaitingForApplicant;
        let asked_at = ground.case.asked_at.filter(|_| waits);
        // The timer of an earlier question ends: the present one has its own.
        let asked_at = asked_at.filter(|at| job.slot == slot(*at));
        let Some((asked_at, until)) = asked_at.zip(ground.case.answer_until) else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        if ground.now >= until {
            return self.refuse_silent(system, &ground, job).await;
        }
        let due = self.next(asked_at, until, ground.now);
        let (silence, reminders) = (ground.now.since(asked_at), &self.0.warnings.applicant);
        if reminders.iter().all(|day| silence < days(*day)) {
            return Ok(jobs::put_off(store, job, due).await?);
        }
        let event = Event::new(EventKind::InformationRequested, "case", id).with("reminder", true);
        let unit = Unit::new(system.caller(), ground.now, event);
        let (topic, kind) = (Topic::InformationNeeded, MailKind::InformationNeeded);
        let unit = self.tell(unit, &ground, topic, kind).await?;
        let unit = unit.rests_on(Aggregate::Case, id, ground.case.version());
        store.commit(unit.ends_job(jobs::again(job, due))).await?;
        Ok(())
    }

    /// When the next thing is to be done about a question: never after its end.
    fn next(&self, asked_at: Timestamp, until: Timestamp, now: Timestamp) -> Timestamp {
        let reminders = &self.0.warnings.applicant;
        warnings::next_after(asked_at, reminders, until, now).unwrap_or(until)
    }

    async fn refuse_silent(
        &self,
        system: SystemScope,
        ground: &Ground,
        job: &Job,
    ) -> Result<(), Stopped> {
        let closed = ground.case.clone().close(CaseEnd::Unanswered, ground.now)?;
        let rejected = ground.data.clone().reject(None, ground.now)?;
        let unit = Unit::of(system.caller(), ground.now, closed).change(rejected);
        let (topic, kind) = (Topic::DataRejected, MailKind::DataRejected);
        let unit = self.tell(unit, ground, topic, kind).await?;
        self.0.store.commit(unit.ends_job(jobs::done(job))).await?;
        Ok(())
    }
}

/// One timer for each question.
fn slot(asked_at: Timestamp) -> String {
    format!("asked-{}", asked_at.millis())
}

#[async_trait]
impl JobHandler for CaseWork {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        decide(|| self.chase(id, job)).await
    }
}
