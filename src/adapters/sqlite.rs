//! The embedded database: one file, one writing process, one lane that writes, a few
//! connections that read.
//!
//! `cargo test --test store -- --ignored --nocapture throughput` measures units a second. An
//! unoptimised build on two cores that others kept busy gave 130, 1 370 and 2 480 with 1, 16
//! and 64 clients; the number of clients is the size of the batches.

mod connection;
mod lane;
mod lock;
mod readers;
pub mod registry;
pub mod schema;
pub mod verify;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use self::{
    connection::DatabaseError,
    lane::{Lane, Work},
    lock::WriterLock,
    readers::Readers,
};
use crate::{
    adapters::sql::{
        audit::Origin,
        query::{Fetch, Query},
    },
    domain::{
        id::BootId,
        timestamp::Timestamp,
        unit::{CommitError, Committed, Priority, Unit},
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        store::{Booked, Bookkeeping, Store, StoreError},
    },
};

/// How the store is run.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Units that may wait; as much room again is kept for revocations and results.
    pub queue: usize,
    /// Units of one transaction at most.
    pub batch: usize,
    /// Prefix of the audit log's name, for example `ca.example.org/audit`.
    pub log_prefix: String,
    /// Name of this instance in audit entries.
    pub node: String,
    /// This start of the daemon.
    pub boot: BootId,
}

/// The database cannot be opened for writing.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("another process writes to {}", .0.display())]
    Locked(PathBuf),
    #[error("there is no database at {}: run `chanceryd migrate`", .0.display())]
    Missing(PathBuf),
    #[error("schema version {found} of the database is not {expected}, which this program knows")]
    Schema { found: i64, expected: i64 },
    #[error("a migration that was applied differs from this program's: version {0}")]
    Altered(i64),
    #[error("locking the database {}", path.display())]
    Lock {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("opening the database")]
    Database(#[source] DatabaseError),
}

/// The store on SQLite. Clones share everything.
#[derive(Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

struct Shared {
    readers: Readers,
    ordinary: mpsc::Sender<Work>,
    reserved: mpsc::Sender<Work>,
    clock: Arc<dyn Clock>,
    /// Instant of the newest audit entry in milliseconds.
    newest: Arc<AtomicI64>,
    registry_writes: Arc<AtomicU64>,
    /// Whether the newest write met a fault of the database.
    fails: Arc<AtomicBool>,
    stop: CancellationToken,
    lane: Mutex<Option<JoinHandle<()>>>,
}

/// Creates the database or brings its schema up to this program's.
///
/// # Errors
/// When another process writes to it, or it is not of this program's line.
pub async fn migrate(path: &Path) -> Result<(), OpenError> {
    let _lock = WriterLock::take(path)?;
    schema::migrate(path).await
}

impl SqliteStore {
    /// Opens the database for writing; this process is then the only one that writes.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(
        path: &Path,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        options: StoreOptions,
    ) -> Result<Self, OpenError> {
        let lock = WriterLock::take(path)?;
        if !path.exists() {
            return Err(OpenError::Missing(path.to_owned()));
        }
        schema::check(path).await?;
        let (ordinary, ordinary_queue) = mpsc::channel(options.queue.max(1));
        let (reserved, reserved_queue) = mpsc::channel(options.queue.max(1));
        let newest = Arc::new(AtomicI64::new(0));
        let registry_writes = Arc::new(AtomicU64::new(0));
        let fails = Arc::new(AtomicBool::new(false));
        let stop = CancellationToken::new();
        let mut lane = Lane {
            path: path.to_owned(),
            lock,
            connection: None,
            ordinary: ordinary_queue,
            reserved: reserved_queue,
            stop: stop.clone(),
            clock: Arc::clone(&clock),
            entropy,
            origin: Origin {
                prefix: options.log_prefix,
                node: options.node,
                boot: options.boot.to_string(),
            },
            batch: options.batch.max(1),
            under_way: 0,
            newest: Arc::clone(&newest),
            registry_writes: Arc::clone(&registry_writes),
            fails: Arc::clone(&fails),
        };
        lane.reopen().await.map_err(OpenError::Database)?;
        let readers = Readers::open(path).await.map_err(OpenError::Database)?;
        let lane = tokio::spawn(lane.run());
        Ok(Self {
            shared: Arc::new(Shared {
                readers,
                ordinary,
                reserved,
                clock,
                newest,
                registry_writes,
                fails,
                stop,
                lane: Mutex::new(Some(lane)),
            }),
        })
    }

    /// How far the newest audit entry is ahead of the clock. More than two seconds stops signing,
    /// never revoking.
    #[must_use]
    pub fn clock_lag(&self) -> Duration {
        let newest = self.shared.newest.load(Ordering::Relaxed);
        Timestamp::from_millis(newest).since(self.shared.clock.now())
    }

    /// How often the registry of identities may have been written since the start.
    fn registry_writes(&self) -> u64 {
        self.shared.registry_writes.load(Ordering::SeqCst)
    }

    /// Writes what is queued, then closes the database and lets go of the lock. The connection
    /// that writes goes last: it brings the write-ahead log home, which one that reads cannot.
    pub async fn close(&self) {
        self.shared.readers.close().await;
        self.shared.stop.cancel();
        let lane = self
            .shared
            .lane
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(lane) = lane {
            // A lane that panicked has answered nobody: every waiter sees `Unavailable`.
            let _ = lane.await;
        }
    }

    fn enqueue(&self, priority: Priority, work: Work) -> Result<(), String> {
        let queue = match priority {
            Priority::Ordinary => &self.shared.ordinary,
            Priority::Reserved => &self.shared.reserved,
        };
        queue.try_send(work).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => "the queue of writes is full".to_owned(),
            mpsc::error::TrySendError::Closed(_) => "the store is closed".to_owned(),
        })
    }
}

const LOST: &str = "the writing lane has stopped";

#[async_trait]
impl Store for SqliteStore {
    fn clock_lag(&self) -> Duration {
        Self::clock_lag(self)
    }

    fn writes_fail(&self) -> bool {
        self.shared.fails.load(Ordering::SeqCst)
    }

    async fn commit(&self, unit: Unit) -> Result<Committed, CommitError> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(unit.priority, Work::Unit(Box::new(unit), answer))
            .map_err(CommitError::Unavailable)?;
        let lost = |_| Err(CommitError::Unavailable(LOST.to_owned()));
        answered.await.unwrap_or_else(lost)
    }

    async fn bookkeep(&self, task: Bookkeeping) -> Result<Booked, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Priority::Reserved, Work::Book(task, answer))
            .map_err(StoreError)?;
        let lost = |_| Err(StoreError(LOST.to_owned()));
        answered.await.unwrap_or_else(lost)
    }
}

#[async_trait]
impl Fetch for SqliteStore {
    type Row = SqliteRow;

    async fn fetch(&self, query: Query) -> Result<Vec<SqliteRow>, StoreError> {
        let rows = self.shared.readers.all(query).await;
        rows.map_err(|e| StoreError(e.detail()))
    }

    async fn fetch_first(&self, query: Query) -> Result<Option<SqliteRow>, StoreError> {
        let row = self.shared.readers.first(query).await;
        row.map_err(|e| StoreError(e.detail()))
    }

    fn is_sole_writer(&self) -> bool {
        true
    }
}
