//! Runs the outbox: claims what is due, hands each job to the one who can do it.
//!
//! A job may run twice (a lease can end under a slow holder), so a handler's effect is safe to
//! repeat, and it ends the job by its token in the unit of that effect: the second holder's unit
//! finds the token gone. Nothing here sleeps until a wall time; each tick asks what is due.
//!
//! Does not know what the jobs do.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::{
    Stream, StreamExt,
    stream::{self, FuturesUnordered},
};

use crate::{
    domain::{
        job::{Fault, Job, JobEnd, JobKind, backoff},
        refusal::Refused,
        timestamp::Timestamp,
    },
    ports::{
        clock::Clock,
        entropy::{Entropy, random},
        store::{Booked, Bookkeeping, Store},
    },
};

pub mod ledger;

/// How long a claimed job is nobody else's. Longer than any handler's own deadlines.
const LEASE: Duration = Duration::from_secs(300);

/// The longest rest of a job that waits for the HSM: asking whether a key is ready costs
/// nothing, and what waits is a certificate or a revocation.
const LONGEST_FOR_HSM: Duration = Duration::from_secs(15);

/// The rest of a job that waits for the HSM, see [`JobHandler::rest`].
#[must_use]
pub fn rest_for_hsm(job: &Job) -> Duration {
    let seconds = 1_u64.checked_shl(job.attempts.min(8)).unwrap_or(u64::MAX);
    Duration::from_secs(seconds).min(LONGEST_FOR_HSM)
}

/// The longest rest of what burns a serial or a number with each try.
const LONGEST_ANEW: Duration = Duration::from_secs(900);

/// The rest before something is signed anew whose last `failures` signatures in a row came to
/// nothing: none after the first, then 2 s, doubling up to 15 min. A token that answers its
/// self-test and signs wrongly is not asked for ever new serials.
#[must_use]
pub fn rest_before_anew(failures: u32) -> Duration {
    if failures <= 1 {
        return Duration::ZERO;
    }
    let seconds = 1_u64.checked_shl(failures.min(11) - 1).unwrap_or(u64::MAX);
    Duration::from_secs(seconds).min(LONGEST_ANEW)
}

/// One who can do a kind of job.
#[async_trait]
pub trait JobHandler: Send + Sync {
    /// Does the job and ends it in the unit of its effect (see [`done`] and [`again`]).
    ///
    /// # Errors
    /// When nothing was changed and the job is still there; it is given back and tried later.
    async fn run(&self, job: &Job) -> Result<(), Refused>;

    /// How long a job that was put off rests before its next try.
    fn rest(&self, job: &Job) -> Duration {
        backoff(job.attempts)
    }
}

/// The job is finished; belongs to the unit of its effect.
#[must_use]
pub fn done(job: &Job) -> JobEnd {
    JobEnd::Done {
        id: job.id,
        token: job.token.clone(),
    }
}

/// The job is due again at `due`; belongs to the unit that records why.
#[must_use]
pub fn again(job: &Job, due: Timestamp) -> JobEnd {
    JobEnd::Again {
        id: job.id,
        token: job.token.clone(),
        due,
    }
}

/// The job is due again where there is a next time, or finished.
#[must_use]
pub fn next(job: &Job, due: Option<Timestamp>) -> JobEnd {
    due.map_or_else(|| done(job), |due| again(job, due))
}

/// The job has no effect any more.
///
/// # Errors
/// 503 when the store cannot answer.
pub async fn nothing_to_do(store: &dyn Store, job: &Job) -> Result<(), Refused> {
    let token = job.token.clone();
    store.bookkeep(Bookkeeping::EndJob { token }).await?;
    Ok(())
}

/// The job came before its time.
///
/// # Errors
/// 503 when the store cannot answer.
pub async fn put_off(store: &dyn Store, job: &Job, due: Timestamp) -> Result<(), Refused> {
    let token = job.token.clone();
    store
        .bookkeep(Bookkeeping::ReleaseJob { token, due })
        .await?;
    Ok(())
}

/// A runner for some kinds of jobs. A slow kind gets a runner of its own, so that it delays
/// nobody else.
pub struct Runner {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    handlers: BTreeMap<JobKind, Arc<dyn JobHandler>>,
    at_once: u32,
}

impl Runner {
    /// `at_once`: how many jobs run side by side, at least one.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        handlers: BTreeMap<JobKind, Arc<dyn JobHandler>>,
        at_once: u32,
    ) -> Self {
        let at_once = at_once.max(1);
        Self {
            store,
            clock,
            entropy,
            handlers,
            at_once,
        }
    }

    /// Works at each tick until the ticks end; what has begun is finished first. A job that takes
    /// long holds its own place and no other.
    pub async fn run(&self, mut ticks: impl Stream<Item = ()> + Send + Unpin) {
        let side_by_side = usize::try_from(self.at_once).unwrap_or(1);
        let mut running = FuturesUnordered::new();
        // Whether the last claim took all there was room for: then there may be more.
        let mut is_full = false;
        loop {
            tokio::select! {
                Some(()) = running.next() => {
                    // Not a claim for each place that falls free.
                    if !is_full || running.len() > side_by_side / 2 {
                        continue;
                    }
                }
                tick = ticks.next() => {
                    if tick.is_none() {
                        break;
                    }
                }
            }
            let room = side_by_side.saturating_sub(running.len());
            if room == 0 {
                continue;
            }
            match self.claim(room).await {
                Ok(jobs) => {
                    is_full = jobs.len() >= room;
                    running.extend(jobs.into_iter().map(|job| self.one(job)));
                }
                Err(refused) => tracing::warn!(
                    code = refused.code,
                    cause = refused.cause,
                    "jobs cannot be claimed"
                ),
            }
        }
        while running.next().await.is_some() {}
    }

    /// Runs everything that is due now; gives their number.
    ///
    /// # Errors
    /// 503 when jobs cannot be claimed.
    pub async fn tick(&self) -> Result<usize, Refused> {
        let mut ran = 0;
        loop {
            let side_by_side = usize::try_from(self.at_once).unwrap_or(1);
            let jobs = self.claim(side_by_side).await?;
            let claimed = jobs.len();
            stream::iter(jobs)
                .for_each_concurrent(side_by_side, |job| self.one(job))
                .await;
            ran += claimed;
            if claimed < side_by_side {
                return Ok(ran);
            }
        }
    }

    async fn claim(&self, room: usize) -> Result<Vec<Job>, Refused> {
        let now = self.clock.now();
        let task = Bookkeeping::ClaimJobs {
            kinds: self.handlers.keys().copied().collect(),
            now,
            lease_until: now.plus(LEASE),
            limit: u32::try_from(room).unwrap_or(self.at_once),
            token_seed: random(&*self.entropy)?,
        };
        match self.store.bookkeep(task).await? {
            Booked::Jobs(jobs) => Ok(jobs),
            Booked::Done | Booked::Pruned { .. } => Ok(Vec::new()),
        }
    }

    async fn one(&self, job: Job) {
        let Some(handler) = self.handlers.get(&job.kind) else {
            return;
        };
        let ran = handler.run(&job).await;
        let outcome = if ran.is_ok() { "done" } else { "put-off" };
        metrics::counter!("chancery_jobs_total", "kind" => job.kind.name(), "outcome" => outcome)
            .increment(1);
        let Err(refused) = ran else { return };
        tracing::warn!(
            kind = job.kind.name(),
            object = job.object,
            attempts = job.attempts,
            code = refused.code,
            cause = refused.cause,
            "a job is put off"
        );
        let at = self.clock.now();
        let failed = Bookkeeping::FailJob {
            due: at.plus(handler.rest(&job)),
            token: job.token,
            fault: Fault::of(&refused),
            at,
        };
        // If this fails too, the lease ends by itself.
        if let Err(error) = self.store.bookkeep(failed).await {
            tracing::warn!(%error, "a job cannot be given back");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_with_a_new_serial_grow_rarer() {
        let rests = [0, 1, 2, 3, 4, 10, 11, 12, u32::MAX];
        let rests = rests.map(|failures| rest_before_anew(failures).as_secs());
        assert_eq!(rests, [0, 0, 2, 4, 8, 512, 900, 900, 900]);
    }
}
