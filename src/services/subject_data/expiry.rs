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
        timestamp::days,
        unit::Unit,
    },
    policy::{
        access::SystemScope,
        reuse::{self, DATA_WARNING_DAYS},
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
        let warnings = DATA_WARNING_DAYS.map(|before| until.minus(days(before)));
        let next = warnings.into_iter().find(|at| now < *at);
        if warnings.iter().all(|at| now < *at) {
            let due = next.unwrap_or(until);
            return Ok(jobs::put_off(store, job, due).await?);
        }
        let told = Notification::raise(
            NotificationId::new(now, random(self.0.entropy.as_ref())?),
            data.owner.clone(),
            Topic::DataExpiring,
            None,
            id,
            now,
        );
        let end = next.map_or_else(|| jobs::done(job), |due| jobs::again(job, due));
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
