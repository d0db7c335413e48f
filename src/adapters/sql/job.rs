//! Jobs: the outbox.

use super::{
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::domain::{
    id::JobId,
    job::{Job, JobEnd, JobKind, JobToken, NewJob},
    timestamp::Timestamp,
};
use sha2::{Digest, Sha256};

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
    ]
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
