//! The durable state of the CA.
//!
//! Writing: one call, [`Store::commit`], takes a unit of work as data. Reading: one narrow trait
//! an aggregate. "Not there" and "not yours" are both `Ok(None)`.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::{
    id::{BootId, NotificationId, WebhookId},
    idempotency::{Answer, IdempotencyClaim},
    job::{Fault, Job, JobKind, JobToken},
    timestamp::Timestamp,
    unit::{CommitError, Committed, Unit},
    webhook::progress::Progress,
};

pub mod catalogue;
pub mod domains;
pub mod ended;
pub mod issuance;
pub mod jobs;
pub mod people;
pub mod problem_reports;
pub mod registration;
pub mod responders;
pub mod subject_keys;
pub mod webhooks;

/// The database cannot answer. Answer 503; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store is unavailable: {0}")]
pub struct StoreError(pub String);

/// A page of a list, newest first, by keyset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// 1 to 200.
    pub limit: u32,
    /// The last item of the page before.
    pub after: Option<Cursor>,
}

/// A place in a list ordered by (created, id) descending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub created_at: Timestamp,
    pub id: String,
}

/// The only way to change state.
#[async_trait]
pub trait Store: Send + Sync {
    /// Applies the whole unit durably, with its audit entries, or nothing of it. Returns after
    /// the commit is on disk.
    ///
    /// # Errors
    /// See [`CommitError`]; in every case nothing of the unit is known to be written.
    async fn commit(&self, unit: Unit) -> Result<Committed, CommitError>;

    /// Bookkeeping that names no aggregate and writes no audit entry.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn bookkeep(&self, task: Bookkeeping) -> Result<Booked, StoreError>;

    /// How far the newest audit entry is ahead of the clock; zero when it is not.
    fn clock_lag(&self) -> Duration;

    /// Whether the database failed when something was last written. A unit that was refused
    /// (conflict, lapsed evidence, a rule of the schema) says nothing of the database.
    fn writes_fail(&self) -> bool;
}

/// The store under all its ports, for who puts the daemon together. A service names the few it
/// needs.
#[async_trait]
pub trait WholeStore:
    Store
    + catalogue::AuditLog
    + catalogue::Feed
    + catalogue::Mails
    + catalogue::Notifications
    + catalogue::Requests
    + domains::DomainControls
    + ended::EndedValidations
    + issuance::Activations
    + issuance::CaaEvidence
    + issuance::Certificates
    + issuance::Known
    + issuance::RestsOn
    + issuance::RevocationLists
    + issuance::Revocations
    + jobs::Jobs
    + people::Identities
    + problem_reports::ProblemReports
    + registration::Cases
    + registration::DataLookups
    + registration::Mailboxes
    + registration::Orders
    + registration::SubjectDataSets
    + responders::Responders
    + subject_keys::SubjectKeyFacts
    + webhooks::Webhooks
{
    /// Writes what is queued, then closes the database. Whoever writes afterwards is refused.
    async fn close(&self);
}

/// Leases, attempts, heartbeats, read marks, kept refusals, pruning.
#[derive(Clone, Debug)]
pub enum Bookkeeping {
    /// Marks up to `limit` due jobs of `kinds` as held until `lease_until`. An expired lease is
    /// due again. Each job gets a token derived from `token_seed` and its id.
    ClaimJobs {
        kinds: Vec<JobKind>,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
        token_seed: [u8; 16],
    },
    /// Gives a claimed job back whose try at `at` failed, to be tried again at `due`. What it met stays
    /// with the job until a try does not fail.
    FailJob {
        token: JobToken,
        due: Timestamp,
        fault: Fault,
        at: Timestamp,
    },
    /// Gives a claimed job back that came before its time, to be tried at `due`.
    ReleaseJob { token: JobToken, due: Timestamp },
    /// Ends a claimed job that turned out to have no effect.
    EndJob { token: JobToken },
    /// Makes the jobs of these objects, or of all when none is named, due at once that are queued
    /// for later in the empty slot and nobody holds.
    RouseJobs {
        kind: JobKind,
        objects: Vec<String>,
        now: Timestamp,
    },
    /// How far a webhook's deliveries have come, unless another round has begun meanwhile.
    BookWebhook { id: WebhookId, progress: Progress },
    /// Makes the jobs due at once that a dead process held. To be asked once, before the first
    /// claim. Where several processes write, nobody knows who is dead: there the leases end.
    FreeJobs { now: Timestamp },
    /// Announces this start of the daemon, or renews its lease.
    RenewBoot {
        boot: BootId,
        now: Timestamp,
        lease_until: Timestamp,
    },
    /// Marks a notification as read, once; the caller has loaded it in its scope.
    ReadNotification { id: NotificationId, at: Timestamp },
    /// Stores the refusal of an act under its key, unless the key has an answer already. Nothing
    /// but this row comes of a refused act.
    KeepRefusal {
        claim: Box<IdempotencyClaim>,
        answer: Box<Answer>,
        at: Timestamp,
    },
    /// Deletes answered idempotency rows and ended jobs older than `before`, kept refusals older
    /// than `refused_before`: a bounded number of each at a time. [`Booked::Pruned`] says whether
    /// more may be left.
    Prune {
        before: Timestamp,
        refused_before: Timestamp,
    },
}

/// What bookkeeping found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Booked {
    Done,
    Jobs(Vec<Job>),
    /// So many rows were deleted; `more` when a bound ended it.
    Pruned {
        rows: u64,
        more: bool,
    },
}
