//! The lane: the one task that writes. It takes what is queued, writes it in one transaction
//! and answers after the commit is on disk.

mod gather;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    connection::{DatabaseError, WriteConnection},
    lock::WriterLock,
};
use crate::{
    adapters::sql::{
        apply::{Writer, ask, write},
        audit::{AppendError, Appended, Appender, FirstLeaf, Head, Origin, head_query, read_head},
        bookkeeping::book,
        judge::{Judge, Questions, check_time},
        plan::Plan,
        value::{Fields, SqlValue},
    },
    domain::{
        timestamp::Timestamp,
        unit::{Change, CommitError, Committed, Unit},
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        store::{Booked, Bookkeeping, StoreError},
    },
};

type Answer = Result<Committed, CommitError>;

/// What the lane is asked to do, and whom it answers.
pub enum Work {
    Unit(Box<Unit>, oneshot::Sender<Answer>),
    Book(Bookkeeping, oneshot::Sender<Result<Booked, StoreError>>),
}

/// Why a transaction did not go through.
#[derive(Debug)]
enum Failed {
    /// Nothing was written, and the connection is sound.
    Refused(DatabaseError),
    /// An entry could not be made; nothing was written.
    Append(AppendError),
    /// The connection is no longer trusted; nothing was committed.
    Broken(DatabaseError),
    /// The COMMIT failed: whether its first leaf stands tells what became of the batch.
    Uncertain {
        error: DatabaseError,
        filled: Box<Filled>,
    },
}

/// A transaction that is written but not committed.
#[derive(Debug)]
struct Filled {
    answers: Vec<Answer>,
    /// `None` when no unit was admitted.
    first: Option<FirstLeaf>,
}

/// The lane's state.
pub struct Lane {
    pub path: PathBuf,
    /// Held until the lane ends.
    #[expect(
        dead_code,
        reason = "held, not read: dropping it lets another process write"
    )]
    pub lock: WriterLock,
    /// `None` after trouble: the next batch opens and checks the database first.
    pub connection: Option<WriteConnection>,
    pub ordinary: mpsc::Receiver<Work>,
    pub reserved: mpsc::Receiver<Work>,
    pub stop: CancellationToken,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub origin: Origin,
    pub batch: usize,
    /// Acts under way, as the newest unit of one said.
    pub under_way: usize,
    /// Instant of the newest audit entry in milliseconds.
    pub newest: Arc<AtomicI64>,
    /// Grows with each batch that may have written to the registry of identities.
    pub registry_writes: Arc<AtomicU64>,
    /// Set by a transaction that the database failed, cleared by one that wrote and was committed.
    pub fails: Arc<AtomicBool>,
}

impl Lane {
    /// Serves until every handle is gone or the store is closed; what is queued is still written.
    pub async fn run(mut self) {
        let mut closing = false;
        loop {
            let first = tokio::select! {
                biased;
                Some(work) = self.reserved.recv() => work,
                Some(work) = self.ordinary.recv() => work,
                () = self.stop.cancelled(), if !closing => {
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
        let mut units = Vec::new();
        for work in batch {
            match work {
                Work::Book(task, answer) => {
                    // A task that finds nothing to do writes nothing: only the lease proves a write.
                    let proves = matches!(task, Bookkeeping::RenewBoot { .. });
                    let booked = self.book(task).await;
                    match &booked {
                        Ok(_) if proves => self.failed(false),
                        Err(error) if !error.is_constraint() => self.failed(true),
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
            self.registry_writes.fetch_add(1, Ordering::SeqCst);
        }
        for (caller, answer) in callers.into_iter().zip(answers) {
            let _ = caller.send(answer);
        }
    }

    /// One answer a unit. A batch that fails is tried again unit by unit, so that a bad unit
    /// fails alone.
    async fn commit(&mut self, units: &[Box<Unit>]) -> Vec<Answer> {
        if units.is_empty() {
            return Vec::new();
        }
        let all: Vec<&Unit> = units.iter().map(AsRef::as_ref).collect();
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
        self.fails.store(failed, Ordering::SeqCst);
    }

    /// `None` when the units must be tried one by one.
    async fn attempt(&mut self, units: &[&Unit]) -> Option<Vec<Answer>> {
        let refuse = |error: CommitError| vec![Err(error); units.len()];
        match self.transact(units).await {
            Ok(answers) => Some(answers),
            Err(Failed::Refused(_) | Failed::Append(_)) if units.len() > 1 => None,
            Err(Failed::Refused(error)) => Some(refuse(error.answer())),
            Err(Failed::Append(error)) => Some(refuse(CommitError::Unavailable(error.to_string()))),
            Err(Failed::Broken(error)) => {
                tracing::error!(error = error.detail(), "the database failed");
                self.failed(true);
                Some(refuse(CommitError::Unavailable(error.detail())))
            }
            Err(Failed::Uncertain { error, filled }) => {
                tracing::error!(error = error.detail(), "the commit failed");
                let stands = self.stands(filled.first).await;
                self.failed(!stands);
                if stands {
                    return Some(filled.answers);
                }
                Some(refuse(CommitError::Unavailable(error.detail())))
            }
        }
    }

    async fn transact(&mut self, units: &[&Unit]) -> Result<Vec<Answer>, Failed> {
        metrics::counter!("chancery_store_transactions_total", "kind" => "units").increment(1);
        let together = u64::try_from(units.len()).unwrap_or(u64::MAX);
        metrics::counter!("chancery_store_units_total").increment(together);
        let now = self.clock.now();
        let mut connection = self.take().await.map_err(Failed::Broken)?;
        connection
            .run("BEGIN IMMEDIATE")
            .await
            .map_err(Failed::Broken)?;
        let filled = match self.fill(&mut connection, units, now).await {
            Ok(filled) => filled,
            Err(Failed::Broken(error)) => return Err(Failed::Broken(error)),
            Err(failed) => {
                self.roll_back(connection).await;
                return Err(failed);
            }
        };
        if filled.first.is_none() {
            self.roll_back(connection).await;
            return Ok(filled.answers);
        }
        match connection.run("COMMIT").await {
            Ok(()) => {
                self.newest.fetch_max(now.millis(), Ordering::Relaxed);
                self.failed(false);
                self.connection = Some(connection);
                Ok(filled.answers)
            }
            // A deferred rule of the schema: the transaction is still open.
            Err(error) if error.is_constraint() => {
                self.roll_back(connection).await;
                Err(Failed::Refused(error))
            }
            Err(error) => {
                connection.close().await;
                Err(Failed::Uncertain {
                    error,
                    filled: Box::new(filled),
                })
            }
        }
    }

    /// Judges the units and writes those that may be, with the audit log last.
    async fn fill(
        &self,
        connection: &mut WriteConnection,
        units: &[&Unit],
        now: Timestamp,
    ) -> Result<Filled, Failed> {
        let plan = |unit: &&Unit| check_time(unit, now).map(|()| Plan::of(unit));
        let plans: Vec<Result<Plan, CommitError>> = units.iter().map(plan).collect();
        let questions = Questions::of(plans.iter().flatten());
        let found = ask(connection, questions).await.map_err(sort)?;
        let head = read_head_of(connection).await.map_err(sort)?;
        let mut judge = Judge::default();
        let mut admit = |plan: Plan| judge.admit(&plan, &found).map(|()| plan);
        let judged: Vec<Result<Plan, CommitError>> = plans
            .into_iter()
            .map(|plan| plan.and_then(&mut admit))
            .collect();
        if judged.iter().all(Result::is_err) {
            let answers = judged.into_iter().filter_map(Result::err).map(Err);
            return Ok(Filled {
                answers: answers.collect(),
                first: None,
            });
        }
        let (admitted, answers, appended) = self.log(units, judged, now, head)?;
        let first = appended.first.clone();
        write(connection, admitted, appended).await.map_err(sort)?;
        Ok(Filled { answers, first })
    }

    /// Numbers and encodes the entries of the admitted units, in their order.
    fn log(
        &self,
        units: &[&Unit],
        judged: Vec<Result<Plan, CommitError>>,
        now: Timestamp,
        head: Option<Head>,
    ) -> Result<(Vec<Plan>, Vec<Answer>, Appended), Failed> {
        let mut log = Appender::new(&self.origin, self.entropy.as_ref(), now, head)
            .map_err(Failed::Append)?;
        let (mut admitted, mut answers) = (Vec::new(), Vec::new());
        for (unit, judged) in units.iter().zip(judged) {
            let plan = match judged {
                Ok(plan) => plan,
                Err(error) => {
                    answers.push(Err(error));
                    continue;
                }
            };
            let mut pos = 0;
            for event in &unit.events {
                pos = log.append(&unit.caller, event).map_err(Failed::Append)?;
            }
            answers.push(Ok(Committed::new(now, pos, plan.tbs.clone())));
            admitted.push(plan);
        }
        Ok((admitted, answers, log.finish()))
    }

    async fn book(&mut self, task: Bookkeeping) -> Result<Booked, DatabaseError> {
        metrics::counter!("chancery_store_transactions_total", "kind" => "bookkeeping")
            .increment(1);
        let mut connection = self.take().await?;
        connection.run("BEGIN IMMEDIATE").await?;
        let booked = book(&mut connection, task).await?;
        connection.run("COMMIT").await?;
        self.connection = Some(connection);
        Ok(booked)
    }

    /// The connection, opened and checked anew after trouble. It is put back only when it is
    /// known to be sound; one that is dropped rolls back what it had open.
    async fn take(&mut self) -> Result<WriteConnection, DatabaseError> {
        if self.connection.is_none() {
            self.reopen().await?;
        }
        self.connection.take().ok_or(DatabaseError::Checkpoint)
    }

    async fn roll_back(&mut self, mut connection: WriteConnection) {
        if connection.run("ROLLBACK").await.is_ok() {
            self.connection = Some(connection);
        }
    }

    /// Opens the database and checks it. After a failed fsync the system may show bytes that are
    /// not on the disk: bringing the write-ahead log home writes and syncs them again, or fails.
    ///
    /// # Errors
    /// When the database cannot be trusted; the lane then refuses everything.
    pub async fn reopen(&mut self) -> Result<(), DatabaseError> {
        let mut connection = WriteConnection::open(&self.path).await?;
        let rows = connection
            .rows("PRAGMA wal_checkpoint(TRUNCATE)".to_owned(), Vec::new())
            .await?;
        let busy = rows.first().map(|row| Fields::of(row).integer("busy"));
        if busy.transpose()? != Some(0) {
            return Err(DatabaseError::Checkpoint);
        }
        let head = read_head_of(&mut connection).await?;
        if let Some(head) = head {
            let newest = head.last_time().millis();
            self.newest.store(newest, Ordering::Relaxed);
            let (log, last) = head.last_entry();
            if leaf_at(&mut connection, &log, last).await?.is_none() {
                return Err(DatabaseError::AuditShort);
            }
        }
        self.connection = Some(connection);
        Ok(())
    }

    /// Whether the batch whose COMMIT failed is durable after all.
    async fn stands(&mut self, first: Option<FirstLeaf>) -> bool {
        let Some((log, seq, leaf)) = first else {
            return false;
        };
        let Ok(mut connection) = self.take().await else {
            return false;
        };
        match leaf_at(&mut connection, &log, seq).await {
            Ok(found) => {
                self.connection = Some(connection);
                found.is_some_and(|found| found == leaf)
            }
            Err(_) => false,
        }
    }
}

fn writes_registry(unit: &Unit) -> bool {
    let identity = |change: &Change| matches!(change, Change::Identity(_));
    unit.changes.iter().any(identity)
}

/// A refused row leaves the connection sound; anything else does not.
fn sort(error: DatabaseError) -> Failed {
    if error.is_constraint() {
        Failed::Refused(error)
    } else {
        Failed::Broken(error)
    }
}

async fn read_head_of(connection: &mut WriteConnection) -> Result<Option<Head>, DatabaseError> {
    let query = head_query();
    let rows = connection.rows(query.sql, query.values).await?;
    let head = rows.first().map(|row| read_head(row)).transpose()?;
    Ok(head)
}

async fn leaf_at(
    connection: &mut WriteConnection,
    log: &str,
    seq: u64,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let sql = "SELECT leaf FROM audit_entry WHERE log = $1 AND seq = $2";
    let values = vec![SqlValue::text(log), SqlValue::count(seq)];
    let rows = connection.rows(sql.to_owned(), values).await?;
    let leaf = rows.first().map(|row| Fields::of(row).bytes("leaf"));
    Ok(leaf.transpose()?)
}
