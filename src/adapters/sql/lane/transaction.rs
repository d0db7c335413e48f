//! One transaction of a lane: judge, write, append, commit, and what is known when that fails.

use std::sync::atomic::Ordering;

use super::{Answer, Lane};
use crate::{
    adapters::sql::{
        apply::{Writer, append, ask, still_free, write},
        audit::{AppendError, Appended, Appender, FirstLeaf, Head, head_query, read_head},
        driver::{Driver, WriteConnection},
        fault::{DatabaseError, Meaning},
        judge::{Absent, Judge, Questions, check_time},
        plan::Plan,
        sealing::SealedUnit,
        value::{Fields, SqlValue},
    },
    domain::{
        timestamp::Timestamp,
        unit::{CommitError, Committed},
    },
};

/// Why a transaction did not go through.
#[derive(Debug)]
pub(super) enum Failed {
    /// Nothing was written, and the connection is sound.
    Refused(DatabaseError),
    /// Another writer was first; nothing was written.
    Lost(DatabaseError),
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
pub(super) struct Filled {
    pub(super) answers: Vec<Answer>,
    /// `None` when no unit was admitted.
    pub(super) first: Option<FirstLeaf>,
}

/// What the judge said of each unit: the digests of what an admitted one has signed.
type Judged = Vec<Result<Vec<[u8; 32]>, CommitError>>;

impl<D: Driver> Lane<D> {
    pub(super) async fn transact(&mut self, units: &[&SealedUnit]) -> Result<Vec<Answer>, Failed> {
        metrics::counter!("chancery_store_transactions_total", "kind" => "units").increment(1);
        let together = u64::try_from(units.len()).unwrap_or(u64::MAX);
        metrics::counter!("chancery_store_units_total").increment(together);
        let now = self.common.clock.now();
        let mut connection = self.take().await.map_err(Failed::Broken)?;
        connection.begin().await.map_err(Failed::Broken)?;
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
        match connection.commit().await {
            Ok(()) => {
                self.common
                    .newest
                    .fetch_max(now.millis(), Ordering::Relaxed);
                self.failed(false);
                self.connection = Some(connection);
                Ok(filled.answers)
            }
            // A deferred rule of the schema, or another writer: it is known that nothing stands.
            Err(error) if error.meaning() != Meaning::Broken => {
                self.roll_back(connection).await;
                Err(sort(error))
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

    /// Judges the units and writes those that may be. The audit log comes last: where others write
    /// too, they wait for it no longer than for the commit.
    async fn fill(
        &self,
        connection: &mut D::Writing,
        units: &[&SealedUnit],
        now: Timestamp,
    ) -> Result<Filled, Failed> {
        let plan = |unit: &&SealedUnit| check_time(unit, now).map(|()| Plan::of(unit));
        let plans: Vec<Result<Plan, CommitError>> = units.iter().map(plan).collect();
        let questions = Questions::of(plans.iter().flatten());
        let found = ask(connection, questions).await.map_err(sort)?;
        let mut judge = Judge::default();
        let (mut judged, mut admitted): (Judged, Vec<Plan>) = (Vec::new(), Vec::new());
        for plan in plans {
            let plan = plan.and_then(|plan| judge.admit(&plan, &found).map(|()| plan));
            judged.push(plan.as_ref().map(|p| p.tbs.clone()).map_err(Clone::clone));
            admitted.extend(plan);
        }
        if admitted.is_empty() {
            let answers = judged.into_iter().filter_map(Result::err).map(Err);
            return Ok(Filled {
                answers: answers.collect(),
                first: None,
            });
        }
        self.put(connection, admitted).await.map_err(sort)?;
        let head = read_head_of(connection).await.map_err(sort)?;
        if let Some(head) = &head {
            let newest = head.last_time().millis();
            self.common.newest.fetch_max(newest, Ordering::Relaxed);
        }
        let (answers, appended) = self.log(units, judged, now, head)?;
        let first = appended.first.clone();
        append(connection, appended).await.map_err(sort)?;
        Ok(Filled { answers, first })
    }

    /// Writes the rows and takes the log. What must be absent is looked for once more when the log
    /// is ours: whoever wrote it has committed then. A batch that writes such a row itself must
    /// look before.
    async fn put(
        &self,
        connection: &mut D::Writing,
        admitted: Vec<Plan>,
    ) -> Result<(), DatabaseError> {
        if D::SOLE_WRITER {
            return write(connection, admitted).await;
        }
        let absent = Absent::of(&admitted);
        if absent.taken_here {
            connection.hold_log().await?;
            still_free(connection, absent.keys).await?;
            return write(connection, admitted).await;
        }
        write(connection, admitted).await?;
        connection.hold_log().await?;
        still_free(connection, absent.keys).await
    }

    /// Numbers and encodes the entries of the admitted units, in their order.
    fn log(
        &self,
        units: &[&SealedUnit],
        judged: Judged,
        now: Timestamp,
        head: Option<Head>,
    ) -> Result<(Vec<Answer>, Appended), Failed> {
        let common = &self.common;
        let mut log = Appender::new(&common.origin, common.entropy.as_ref(), now, head)
            .map_err(Failed::Append)?;
        let mut answers = Vec::new();
        for (unit, judged) in units.iter().zip(judged) {
            let tbs = match judged {
                Ok(tbs) => tbs,
                Err(error) => {
                    answers.push(Err(error));
                    continue;
                }
            };
            let mut pos = 0;
            for event in &unit.events {
                pos = log.append(&unit.caller, event).map_err(Failed::Append)?;
            }
            answers.push(Ok(Committed::new(now, pos, tbs)));
        }
        Ok((answers, log.finish()))
    }

    /// The connection, opened and checked anew after trouble. It is put back only when it is
    /// known to be sound; one that is dropped rolls back what it had open.
    pub(super) async fn take(&mut self) -> Result<D::Writing, DatabaseError> {
        if self.connection.is_none() {
            self.reopen().await?;
        }
        self.connection.take().ok_or(DatabaseError::Closed)
    }

    async fn roll_back(&mut self, mut connection: D::Writing) {
        if connection.roll_back().await.is_ok() {
            self.connection = Some(connection);
        }
    }

    /// Opens the database and checks that the audit log is as long as its head says.
    ///
    /// # Errors
    /// When the database cannot be trusted; the lane then refuses everything.
    pub async fn reopen(&mut self) -> Result<(), DatabaseError> {
        let mut connection = self.common.driver.writing().await?;
        let head = read_head_of(&mut connection).await?;
        if let Some(head) = head {
            let newest = head.last_time().millis();
            self.common.newest.store(newest, Ordering::Relaxed);
            let (log, last) = head.last_entry();
            if leaf_at(&mut connection, &log, last).await?.is_none() {
                return Err(DatabaseError::AuditShort);
            }
        }
        self.connection = Some(connection);
        Ok(())
    }

    /// Whether the batch whose COMMIT failed is durable after all. The log is held while we look:
    /// a transaction that is still under way somewhere has ended then.
    pub(super) async fn stands(&mut self, first: Option<FirstLeaf>) -> bool {
        let Some((log, seq, leaf)) = first else {
            return false;
        };
        let found = async {
            let mut connection = self.take().await?;
            connection.begin().await?;
            connection.hold_log().await?;
            let found = leaf_at(&mut connection, &log, seq).await?;
            self.roll_back(connection).await;
            Ok::<_, DatabaseError>(found)
        };
        let found = found.await.ok().flatten();
        found.is_some_and(|found| found == leaf)
    }
}

/// A refused row leaves the connection sound, another writer's turn too; anything else does not.
fn sort(error: DatabaseError) -> Failed {
    match error.meaning() {
        Meaning::Taken(_) | Meaning::Rule => Failed::Refused(error),
        Meaning::Lost => Failed::Lost(error),
        Meaning::Broken => Failed::Broken(error),
    }
}

async fn read_head_of(connection: &mut impl Writer) -> Result<Option<Head>, DatabaseError> {
    let query = head_query();
    let rows = connection.rows(query.sql, query.values).await?;
    let head = rows.first().map(|row| read_head(row)).transpose()?;
    Ok(head)
}

async fn leaf_at(
    connection: &mut impl Writer,
    log: &str,
    seq: u64,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let sql = "SELECT leaf FROM audit_entry WHERE log = $1 AND seq = $2";
    let values = vec![SqlValue::text(log), SqlValue::count(seq)];
    let rows = connection.rows(sql.to_owned(), values).await?;
    let leaf = rows.first().map(|row| Fields::of(row).bytes("leaf"));
    Ok(leaf.transpose()?)
}
