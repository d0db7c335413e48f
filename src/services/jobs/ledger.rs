//! What people see of background work, and may do about it: have tried at once what failed.
//!
//! A job that is not failing keeps its time: nobody hurries a timer here.

use std::sync::Arc;

use crate::{
    domain::{
        id::JobId,
        job::{JobKind, JobState, Standing},
        refusal::Refused,
        timestamp::Timestamp,
    },
    policy::access::StaffScope,
    ports::{
        clock::Clock,
        store::{
            Page, Store,
            jobs::{Jobs, Sought},
        },
    },
    services::request::decide,
};

/// A job and the time it is judged at.
#[derive(Clone, Debug)]
pub struct Seen {
    pub job: Standing,
    pub at: Timestamp,
}

/// The service.
#[derive(Clone)]
pub struct JobLedger {
    pub store: Arc<dyn Store>,
    pub jobs: Arc<dyn Jobs>,
    pub clock: Arc<dyn Clock>,
}

impl JobLedger {
    /// Jobs of a kind and state, newest first; without a state all that have not ended.
    ///
    /// # Errors
    /// 503.
    pub async fn list(
        &self,
        _: &StaffScope,
        (kind, state): (Option<JobKind>, Option<JobState>),
        page: &Page,
    ) -> Result<Vec<Seen>, Refused> {
        let now = self.clock.now();
        let sought = Sought { kind, state, now };
        let found = self.jobs.jobs(&sought, page).await?;
        let seen = |job| Seen { job, at: now };
        Ok(found.into_iter().map(seen).collect())
    }

    /// # Errors
    /// 404; 503.
    pub async fn read(&self, _: &StaffScope, id: JobId) -> Result<Seen, Refused> {
        let job = self.jobs.job(id).await?;
        Ok(Seen {
            job: job.ok_or_else(Refused::not_found)?,
            at: self.clock.now(),
        })
    }

    /// Makes a job due that failed and rests. Where there is nothing to hurry nothing is done or
    /// recorded, so asking again is harmless.
    ///
    /// # Errors
    /// 404; 503.
    pub async fn retry(&self, scope: &StaffScope, id: JobId) -> Result<Seen, Refused> {
        decide(async || {
            let now = self.clock.now();
            let found = self.jobs.job(id).await?;
            let mut job = found.ok_or_else(Refused::not_found)?;
            if let Some(unit) = job.retry(scope.caller(), now) {
                self.store.commit(unit.granted(scope.grant())).await?;
                job.due = now;
            }
            Ok(Seen { job, at: now })
        })
        .await
    }
}
