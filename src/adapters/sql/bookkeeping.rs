//! Bookkeeping: leases, attempts, heartbeats, read marks, kept refusals, pruning. No audit entry, no aggregate.

use super::{
    apply::Writer,
    fault::DatabaseError,
    job,
    query::Query,
    request,
    statement::{insert, values_of},
    table::Record,
    value::{Fields, SqlValue},
    webhook,
};
use crate::{
    domain::{
        id::WebhookId,
        idempotency::{Answer, IdempotencyClaim},
        job::{Fault, Job, JobKind, JobToken},
        timestamp::Timestamp,
        webhook::progress::Progress,
    },
    ports::store::{Booked, Bookkeeping},
};

/// Jobs of one claim at most, whatever is asked.
const CLAIMS: u32 = 256;
/// Rows of each kind that one pruning deletes: it holds the writer.
const PRUNED: u32 = 500;

/// Does the task inside the caller's transaction.
///
/// # Errors
/// When a statement fails.
pub async fn book<W: Writer>(writer: &mut W, task: Bookkeeping) -> Result<Booked, DatabaseError> {
    match task {
        Bookkeeping::ClaimJobs {
            kinds,
            now,
            lease_until,
            limit,
            token_seed,
        } => {
            let mut due = due_jobs(&kinds, now, limit.min(CLAIMS));
            if !writer.is_sole_writer() {
                // What another claims at this moment is not waited for: it is no longer due.
                due = due.sql(" FOR NO KEY UPDATE SKIP LOCKED");
            }
            claim(writer, due, lease_until, &token_seed)
                .await
                .map(Booked::Jobs)
        }
        Bookkeeping::ReleaseJob { token, due } => run(writer, released(&token, due)).await,
        Bookkeeping::FailJob {
            token,
            due,
            fault,
            at,
        } => run(writer, failed(&token, due, &fault, at)).await,
        Bookkeeping::EndJob { token } => run(writer, ended(&token)).await,
        Bookkeeping::RouseJobs { kind, objects, now } => {
            run(writer, rouse(kind, objects, now)).await
        }
        Bookkeeping::BookWebhook { id, progress } => run(writer, delivered(id, &progress)).await,
        Bookkeeping::FreeJobs { now } => free(writer, now).await,
        Bookkeeping::RenewBoot {
            boot,
            now,
            lease_until,
        } => {
            let query = Query::new("INSERT INTO instance (boot, started_at, lease_until) VALUES (")
                .bind(SqlValue::text(boot))
                .sql(", ")
                .bind(SqlValue::time(now))
                .sql(", ")
                .bind(SqlValue::time(lease_until))
                .sql(") ON CONFLICT (boot) DO UPDATE SET lease_until = excluded.lease_until");
            run(writer, query).await
        }
        Bookkeeping::ReadNotification { id, at } => {
            let query = Query::new("UPDATE notification SET version = version + 1, read_at = ")
                .bind(SqlValue::time(at))
                .sql(" WHERE read_at IS NULL AND id = ")
                .bind(SqlValue::text(id));
            run(writer, query).await
        }
        Bookkeeping::KeepRefusal { claim, answer, at } => keep(writer, &claim, &answer, at).await,
        Bookkeeping::Prune {
            before,
            refused_before,
        } => prune(writer, before, refused_before).await,
    }
}

fn released(token: &JobToken, due: Timestamp) -> Query {
    Query::new("UPDATE job SET token = ")
        .bind(SqlValue::blob(&[]))
        .sql(", due = ")
        .bind(SqlValue::time(due))
        .sql(", ")
        .sql(job::WELL)
        .sql(" WHERE ended_at IS NULL AND token = ")
        .bind(SqlValue::blob(&token.0))
}

/// Nobody said when: the end of the lease serves the pruning.
fn ended(token: &JobToken) -> Query {
    Query::new("UPDATE job SET ended_at = due, token = ")
        .bind(SqlValue::blob(&[]))
        .sql(", ")
        .sql(job::WELL)
        .sql(" WHERE ended_at IS NULL AND token = ")
        .bind(SqlValue::blob(&token.0))
}

/// The first of the tries that failed in a row keeps its time.
fn failed(token: &JobToken, due: Timestamp, fault: &Fault, at: Timestamp) -> Query {
    Query::new("UPDATE job SET token = ")
        .bind(SqlValue::blob(&[]))
        .sql(", due = ")
        .bind(SqlValue::time(due))
        .sql(", failures = failures + 1, fault_code = ")
        .bind(SqlValue::text(&fault.code))
        .sql(", fault_text = ")
        .bind(SqlValue::text(&fault.text))
        .sql(", failing_since = coalesce(failing_since, ")
        .bind(SqlValue::time(at))
        .sql("), failed_at = ")
        .bind(SqlValue::time(at))
        .sql(" WHERE ended_at IS NULL AND token = ")
        .bind(SqlValue::blob(&token.0))
}

fn rouse(kind: JobKind, objects: Vec<String>, now: Timestamp) -> Query {
    // The plus keeps the planner from walking every job of the kind: named ones are looked up by
    // their unique key.
    let due = if objects.is_empty() { "due" } else { "+due" };
    Query::new("UPDATE job SET due = ")
        .bind(SqlValue::time(now))
        .sql(" WHERE ended_at IS NULL AND kind = ")
        .bind(SqlValue::text(kind.name()))
        .sql(" AND slot = ")
        .bind(SqlValue::text(""))
        .any("object", objects.into_iter().map(SqlValue::text).collect())
        .sql(&format!(" AND {due} > "))
        .bind(SqlValue::time(now))
        .sql(" AND token = ")
        .bind(SqlValue::blob(&[]))
}

/// Nothing when another round has begun meanwhile.
fn delivered(id: WebhookId, progress: &Progress) -> Query {
    let mut query = Query::new("UPDATE webhook SET ");
    for (at, (column, value)) in webhook::booked(progress).into_iter().enumerate() {
        let next = if at == 0 { "" } else { ", " };
        query = query.sql(next).sql(column).sql(" = ").bind(value);
    }
    query
        .sql(" WHERE id = ")
        .bind(SqlValue::text(id))
        .sql(" AND round = ")
        .bind(SqlValue::integer(progress.round))
}

async fn prune<W: Writer>(
    writer: &mut W,
    before: Timestamp,
    refused_before: Timestamp,
) -> Result<Booked, DatabaseError> {
    // The index of refused rows is partial: its condition stands here word for word.
    let refused = old_claims("status >= 400", refused_before);
    let done = old_claims("status IS NOT NULL", before);
    let jobs = Query::new("DELETE FROM job WHERE id IN (SELECT id FROM job ")
        .sql("WHERE ended_at IS NOT NULL AND ended_at < ")
        .bind(SqlValue::time(before))
        .limit(PRUNED)
        .sql(")");
    let (mut rows, mut more) = (0_u64, false);
    for query in [refused, done, jobs] {
        let deleted = writer.execute(query.sql, query.values).await?;
        rows = rows.saturating_add(deleted);
        more |= deleted >= u64::from(PRUNED);
    }
    Ok(Booked::Pruned { rows, more })
}

/// A claim that was made before and has no answer yet takes this one, if it is the same request
/// and names the same act: another act under the key may still issue, and answers itself.
async fn keep<W: Writer>(
    writer: &mut W,
    claim: &IdempotencyClaim,
    answer: &Answer,
    at: Timestamp,
) -> Result<Booked, DatabaseError> {
    let sql = insert(&request::TABLE, 1, writer.placeholders(), false);
    let sql = sql
        + " ON CONFLICT (identity, ra, customer, key) DO UPDATE SET status = excluded.status, \
           location = excluded.location, etag = excluded.etag, body = excluded.body \
           WHERE idempotency.status IS NULL \
           AND idempotency.request_sha256 = excluded.request_sha256 \
           AND idempotency.act = excluded.act";
    let record = request::record(claim, Some(answer), at);
    writer.execute(sql, record).await?;
    Ok(Booked::Done)
}

/// The whole key by its four columns: a rowid is SQLite's own.
fn old_claims(which: &str, before: Timestamp) -> Query {
    let key = request::TABLE.key_columns().join(", ");
    Query::new(&format!(
        "DELETE FROM idempotency WHERE ({key}) IN (SELECT {key} FROM idempotency WHERE {which} \
         AND claimed_at < "
    ))
    .bind(SqlValue::time(before))
    .limit(PRUNED)
    .sql(")")
}

fn due_jobs(kinds: &[JobKind], now: Timestamp, limit: u32) -> Query {
    let kinds = kinds.iter().map(|kind| SqlValue::text(kind.name()));
    Query::new("SELECT * FROM job WHERE ended_at IS NULL AND due <= ")
        .bind(SqlValue::time(now))
        .any("kind", kinds.collect())
        .sql(" ORDER BY due, id")
        .limit(limit)
}

/// An expired lease is due again: whoever held it is fenced off by the new token.
async fn claim<W: Writer>(
    writer: &mut W,
    due: Query,
    lease_until: Timestamp,
    seed: &[u8; 16],
) -> Result<Vec<Job>, DatabaseError> {
    let mut jobs = Vec::new();
    let mut records: Vec<Record> = Vec::new();
    for row in writer.rows(due.sql, due.values).await? {
        let id = Fields::of(&row).parsed("id")?;
        let mut job = job::read(&row, job::token(seed, id))?;
        job.attempts = job.attempts.saturating_add(1);
        records.push(vec![
            SqlValue::text(id),
            SqlValue::blob(&job.token.0),
            SqlValue::integer(job.attempts),
            SqlValue::time(lease_until),
        ]);
        jobs.push(job);
    }
    if !records.is_empty() {
        let sql = format!(
            "WITH v(id, token, attempts, due) AS (VALUES {}) UPDATE job SET token = v.token, \
             attempts = v.attempts, due = v.due FROM v WHERE job.id = v.id",
            values_of(records.len(), 4, writer.placeholders())
        );
        writer.execute(sql, records.concat()).await?;
    }
    Ok(jobs)
}

/// A token of no bytes means that nobody holds the job.
async fn free<W: Writer>(writer: &mut W, now: Timestamp) -> Result<Booked, DatabaseError> {
    if !writer.is_sole_writer() {
        return Ok(Booked::Done);
    }
    let query = Query::new("UPDATE job SET token = ")
        .bind(SqlValue::blob(&[]))
        .sql(", due = ")
        .bind(SqlValue::time(now))
        // Not `<>`: a range of the index, whatever the number of timers that nobody holds.
        .sql(" WHERE ended_at IS NULL AND token > ")
        .bind(SqlValue::blob(&[]));
    run(writer, query).await
}

async fn run<W: Writer>(writer: &mut W, query: Query) -> Result<Booked, DatabaseError> {
    writer.execute(query.sql, query.values).await?;
    Ok(Booked::Done)
}
