//! Jobs: the outbox, and how its jobs stand.

use std::num::NonZeroU32;

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use super::{
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        id::JobId,
        job::{Failing, Fault, Job, JobEnd, JobKind, JobState, JobToken, NewJob, Standing},
        timestamp::Timestamp,
    },
    ports::store::{
        Page, StoreError,
        jobs::{Jobs, Sought},
    },
};

/// `due` is when the job may be claimed: its due time, or the end of the lease of who holds it.
/// A token of no bytes means that nobody holds it.
pub static TABLE: Table = Table {
    name: "job",
    key: 1,
    columns: &[
        "id",
        "kind",
        "object",
        "slot",
        "due",
        "attempts",
        "token",
        "queued_at",
        "ended_at",
        "failures",
        "fault_code",
        "fault_text",
        "failing_since",
        "failed_at",
    ],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn record(job: &NewJob, now: Timestamp) -> Record {
    vec![
        SqlValue::text(job.id),
        SqlValue::text(job.kind.name()),
        SqlValue::text(&job.object),
        SqlValue::text(&job.slot),
        SqlValue::time(job.due),
        SqlValue::integer(0),
        SqlValue::blob(&[]),
        SqlValue::time(now),
        SqlValue::Integer(None),
        SqlValue::integer(0),
        SqlValue::text(""),
        SqlValue::text(""),
        SqlValue::Integer(None),
        SqlValue::Integer(None),
    ]
}

/// What a try that did not fail leaves of those that did: nothing.
pub const WELL: &str =
    "failures = 0, fault_code = '', fault_text = '', failing_since = NULL, failed_at = NULL";

/// `id` and the new `due`.
#[must_use]
pub fn hurried_record(id: JobId, now: Timestamp) -> Record {
    vec![SqlValue::text(id), SqlValue::time(now)]
}

/// `id`, the token that must be held, and the new `token`, `due`, `ended_at`.
#[must_use]
pub fn end_record(end: &JobEnd, now: Timestamp) -> Record {
    let (id, token, due, ended) = match end {
        JobEnd::Done { id, token } => (id, token, None, Some(now)),
        JobEnd::Again { id, token, due } => (id, token, Some(*due), None),
    };
    vec![
        SqlValue::text(id),
        SqlValue::blob(&token.0),
        SqlValue::blob(&[]),
        SqlValue::maybe_time(due),
        SqlValue::maybe_time(ended),
    ]
}

pub fn read(row: &dyn Columns, token: JobToken) -> Result<Job, Unreadable> {
    let row = Fields::of(row);
    Ok(Job {
        id: row.parsed("id")?,
        kind: row.with("kind", JobKind::from_name)?,
        object: row.string("object")?,
        slot: row.string("slot")?,
        attempts: row.number("attempts")?,
        token,
    })
}

/// The token of one claim: nobody who lacks the seed can guess it.
#[must_use]
pub fn token(seed: &[u8; 16], id: JobId) -> JobToken {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(seed)
        .chain_update(id.to_string())
        .finalize()
        .into();
    let mut token = [0; 16];
    for (to, from) in token.iter_mut().zip(digest) {
        *to = from;
    }
    JobToken(token)
}

fn standing(row: &dyn Columns) -> Result<Standing, Unreadable> {
    let row = Fields::of(row);
    Ok(Standing {
        id: row.parsed("id")?,
        kind: row.with("kind", JobKind::from_name)?,
        object: row.string("object")?,
        slot: row.string("slot")?,
        attempts: row.number("attempts")?,
        queued_at: row.time("queued_at")?,
        due: row.time("due")?,
        is_held: !row.bytes("token")?.is_empty(),
        ended_at: row.maybe_time("ended_at")?,
        failing: failing(row)?,
    })
}

fn failing(row: Fields<'_>) -> Result<Option<Failing>, Unreadable> {
    let Some(tries) = NonZeroU32::new(row.number("failures")?) else {
        return Ok(None);
    };
    Ok(Some(Failing {
        fault: Fault {
            code: row.string("fault_code")?,
            text: row.string("fault_text")?,
        },
        tries,
        since: row.time("failing_since")?,
        last_at: row.time("failed_at")?,
    }))
}

/// Ids rise with the time of queueing, so the newest come first by the key alone. Who holds a job is
/// asked by the length of its token: an equality would tempt the planner to all that nobody holds.
#[must_use]
pub fn listed(sought: &Sought, page: &Page) -> Query {
    let mut query = Query::from("job");
    let now = SqlValue::time(sought.now);
    let kinds: Vec<JobKind> = match (sought.kind, sought.state) {
        (Some(kind), _) => vec![kind],
        // The index of what is due leads with the kind.
        (None, Some(JobState::Due)) => JobKind::ALL.to_vec(),
        (None, _) => Vec::new(),
    };
    let kinds = kinds.iter().map(|kind| SqlValue::text(kind.name()));
    query = query.any("kind", kinds.collect());
    query = match sought.state {
        Some(JobState::Done) => query.sql(" AND ended_at IS NOT NULL"),
        None => query.sql(" AND ended_at IS NULL"),
        Some(JobState::Failing) => query.sql(" AND ended_at IS NULL AND failures > 0"),
        Some(JobState::Running) => query
            .sql(" AND ended_at IS NULL AND failures = 0 AND token > ")
            .bind(SqlValue::blob(&[]))
            .sql(" AND due > ")
            .bind(now),
        Some(JobState::Due) => query
            .sql(" AND ended_at IS NULL AND failures = 0 AND due <= ")
            .bind(now),
        Some(JobState::Waiting) => query
            .sql(" AND ended_at IS NULL AND failures = 0 AND length(token) = 0 AND due > ")
            .bind(now),
    };
    if let Some(after) = &page.after {
        query = query.sql(" AND id < ").bind(SqlValue::text(&after.id));
    }
    // Few run: they are found by their tokens and sorted, not met on a walk along the ids.
    let order = match sought.state {
        Some(JobState::Running) => " ORDER BY id || '' DESC",
        _ => " ORDER BY id DESC",
    };
    query.sql(order).limit(page.limit)
}

#[async_trait]
impl<F: Fetch> Jobs for F {
    async fn job(&self, id: JobId) -> Result<Option<Standing>, StoreError> {
        let query = Query::from("job").eq("id", SqlValue::text(id));
        first(self, query, standing).await
    }

    async fn jobs(&self, sought: &Sought, page: &Page) -> Result<Vec<Standing>, StoreError> {
        all(self, listed(sought, page), standing).await
    }
}
