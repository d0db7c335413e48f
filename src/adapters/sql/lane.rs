//! A lane: a task with a connection of its own that writes. It takes what is queued, writes it in
//! one transaction and answers after the commit is on disk.
//!
//! A database with one writer has one lane. Where several write, what one lane did may undo what
//! another found: such a transaction is tried again as a whole.

mod gather;
mod transaction;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering},
};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use self::transaction::Failed;
use super::{
    audit::Origin,
    bookkeeping::book,
    driver::{Driver, WriteConnection},
    fault::{DatabaseError, Meaning},
    sealing::SealedUnit,
};
use crate::{
    domain::unit::{Change, CommitError, Committed, Unit},
    ports::{
        clock::Clock,
        entropy::Entropy,
        store::{Booked, Bookkeeping, StoreError},
    },
};

/// How often a transaction is tried again that another writer ended.
const REPLAYS: u32 = 8;

type Answer = Result<Committed, CommitError>;

/// What the lane is asked to do, and whom it answers.
pub enum Work {
    Unit(Box<SealedUnit>, oneshot::Sender<Answer>),
    Book(Bookkeeping, oneshot::Sender<Result<Booked, StoreError>>),
}

/// What all lanes of a store share.
pub struct Common<D: Driver> {
    pub driver: Arc<D>,
    pub stop: CancellationToken,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub origin: Origin,
    /// Units of one transaction at most.
    pub batch: usize,
    /// How many lanes there are.
    pub lanes: usize,
    /// Instant of the newest audit entry in milliseconds.
    pub newest: AtomicI64,
    /// Grows with each batch that may have written to the registry of identities.
    pub registry_writes: AtomicU64,
    /// Set by a transaction that the database failed, cleared by one that wrote and was committed.
    pub fails: AtomicBool,
}

/// The lane's state.
pub struct Lane<D: Driver> {
    pub common: Arc<Common<D>>,
    /// Held, not read, until the lane ends: dropping it lets another process write.
    pub guard: D::Guard,
    /// `None` after trouble: the next batch opens and checks the database first.
    pub connection: Option<D::Writing>,
    pub ordinary: mpsc::Receiver<Work>,
    pub reserved: mpsc::Receiver<Work>,
    /// What this lane has been given and not yet answered.
    pub load: Arc<AtomicUsize>,
    /// Acts under way, as the newest unit of one said.
    pub under_way: usize,
}

impl<D: Driver> Lane<D> {
    /// Serves until every handle is gone or the store is closed; what is queued is still written.
    pub async fn run(mut self) {
        let mut closing = false;
        loop {
            let first = tokio::select! {
                biased;
                Some(work) = self.reserved.recv() => work,
                Some(work) = self.ordinary.recv() => work,
                () = self.common.stop.clone().cancelled_owned(), if !closing => {
                    closing = true;
                    self.reserved.close();
                    self.ordinary.close();
                    continue;
                }
                else => break,
            };
            let batch = self.gather(first).await;
            self.serve(batch).await;
        }
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
    }

    async fn serve(&mut self, batch: Vec<Work>) {
        let taken = batch.len();
        let mut units = Vec::new();
        for work in batch {
            match work {
                Work::Book(task, answer) => {
                    // A task that finds nothing to do writes nothing: only the lease proves a write.
                    let proves = matches!(task, Bookkeeping::RenewBoot { .. });
                    let booked = self.book(task).await;
                    match &booked {
                        Ok(_) if proves => self.failed(false),
                        Err(error) if error.meaning() == Meaning::Broken => self.failed(true),
                        _ => {}
                    }
                    // A caller that went away wants no answer.
                    let _ = answer.send(booked.map_err(|e| StoreError(e.detail())));
                }
                Work::Unit(unit, answer) => units.push((unit, answer)),
            }
        }
        let (units, callers): (Vec<_>, Vec<_>) = units.into_iter().unzip();
        let answers = self.commit(&units).await;
        if units.iter().any(|unit| writes_registry(unit)) {
            self.common.registry_writes.fetch_add(1, Ordering::SeqCst);
        }
        for (caller, answer) in callers.into_iter().zip(answers) {
            let _ = caller.send(answer);
        }
        self.load.fetch_sub(taken, Ordering::Relaxed);
    }

    /// One answer a unit. A batch that fails is tried again unit by unit, so that a bad unit
    /// fails alone.
    async fn commit(&mut self, units: &[Box<SealedUnit>]) -> Vec<Answer> {
        if units.is_empty() {
            return Vec::new();
        }
        let all: Vec<&SealedUnit> = units.iter().map(AsRef::as_ref).collect();
        if let Some(answers) = self.attempt(&all).await {
            return answers;
        }
        let mut answers = Vec::new();
        for unit in all {
            let alone = self.attempt(&[unit]).await;
            let lost = || vec![Err(CommitError::Unavailable("no answer".to_owned()))];
            answers.extend(alone.unwrap_or_else(lost));
        }
        answers
    }

    fn failed(&self, failed: bool) {
        self.common.fails.store(failed, Ordering::SeqCst);
    }

    /// `None` when the units must be tried one by one.
    async fn attempt(&mut self, units: &[&SealedUnit]) -> Option<Vec<Answer>> {
        let refuse = |error: CommitError| vec![Err(error); units.len()];
        let mut replays = REPLAYS;
        loop {
            let failed = match self.transact(units).await {
                Ok(answers) => return Some(answers),
                Err(failed) => failed,
            };
            if replays > 0 && self.may_replay(&failed, units.len()) {
                metrics::counter!("chancery_store_replays_total").increment(1);
                replays -= 1;
                continue;
            }
            return match failed {
                Failed::Refused(_) | Failed::Append(_) if units.len() > 1 => None,
                Failed::Refused(error) => Some(refuse(error.answer())),
                Failed::Append(error) => Some(refuse(CommitError::Unavailable(error.to_string()))),
                Failed::Lost(error) => Some(refuse(CommitError::Unavailable(error.detail()))),
                Failed::Broken(error) => {
                    tracing::error!(error = error.detail(), "the database failed");
                    self.failed(true);
                    Some(refuse(CommitError::Unavailable(error.detail())))
                }
                Failed::Uncertain { error, filled } => {
                    tracing::error!(error = error.detail(), "the commit failed");
                    let stands = self.stands(filled.first).await;
                    self.failed(!stands);
                    if stands {
                        return Some(filled.answers);
                    }
                    Some(refuse(CommitError::Unavailable(error.detail())))
                }
            };
        }
    }

    /// Another writer was first: what it wrote is there now, and the judge will find it. A unit
    /// alone whose key was taken in between gets the judge's answer too.
    fn may_replay(&self, failed: &Failed, units: usize) -> bool {
        match failed {
            Failed::Lost(_) => true,
            Failed::Refused(error) => {
                let taken = matches!(error.meaning(), Meaning::Taken(_));
                taken && units == 1 && !D::SOLE_WRITER
            }
            _ => false,
        }
    }

    async fn book(&mut self, task: Bookkeeping) -> Result<Booked, DatabaseError> {
        metrics::counter!("chancery_store_transactions_total", "kind" => "bookkeeping")
            .increment(1);
        let mut replays = REPLAYS;
        loop {
            match self.book_once(task.clone()).await {
                Err(error) if error.meaning() == Meaning::Lost && replays > 0 => replays -= 1,
                booked => return booked,
            }
        }
    }

    async fn book_once(&mut self, task: Bookkeeping) -> Result<Booked, DatabaseError> {
        let mut connection = self.take().await?;
        connection.begin().await?;
        let booked = book(&mut connection, task).await?;
        connection.commit().await?;
        self.connection = Some(connection);
        Ok(booked)
    }
}

fn writes_registry(unit: &Unit) -> bool {
    let identity = |change: &Change| matches!(change, Change::Identity(_));
    unit.changes.iter().any(identity)
}
