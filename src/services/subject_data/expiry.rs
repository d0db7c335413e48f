//! Verified data whose evidence ends: its owner is told 30 and 7 days before (flows 3.9). That
//! it has ended needs no timer: it follows from the facts and the clock wherever it matters.

use async_trait::async_trait;

use super::DataSets;
use crate::{
    domain::{
        id::{NotificationId, SubjectDataId},
        job::Job,
        notification::{Notification, Topic},
        refusal::Refused,
        unit::Unit,
    },
    policy::{
        access::SystemScope,
        reuse,
        warnings::{self, Standing},
    },
    ports::entropy::random,
    services::{
        jobs::{self, JobHandler},
        request::{Stopped, decide},
    },
};

impl DataSets {
    async fn warn(&self, id: SubjectDataId, job: &Job) -> Result<(), Stopped> {
        let (now, system) = (self.0.clock.now(), SystemScope::new("timer"));
        let store = self.0.store.as_ref();
        let data = self.0.sets.subject_data(&system.read(), id).await?;
        let usable = reuse::usable_facts(data.as_deref(), now);
        let (Some(data), Ok((_, until))) = (&data, usable) else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        let next = match warnings::standing(until, &warnings::DATA, now) {
            Standing::Early { first } => return Ok(jobs::put_off(store, job, first).await?),
            Standing::Due { next } => next,
        };
        let told = Notification::raise(
            NotificationId::new(now, random(self.0.entropy.as_ref())?),
            data.owner.clone(),
            Topic::DataExpiring,
            None,
            id,
            now,
        );
        let end = jobs::next(job, next);
        let unit = Unit::of(system.caller(), now, told).ends_job(end);
        store.commit(unit).await?;
        Ok(())
    }
}

#[async_trait]
impl JobHandler for DataSets {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        decide(|| self.warn(id, job)).await
    }
}
