//! The store on any SQL database: a bounded queue a lane for what is written, a few connections for
//! what is read.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{
    audit::Origin,
    driver::Driver,
    fault::DatabaseError,
    lane::{Common, Lane, Work},
    query::{Fetch, Query},
    readers::Readers,
    sealing::SealedUnit,
};
use crate::{
    domain::{
        id::BootId,
        timestamp::Timestamp,
        unit::{CommitError, Committed, Priority, Unit},
    },
    ports::{
        clock::Clock,
        content_seal::ContentSeal,
        entropy::Entropy,
        store::{Booked, Bookkeeping, Store, StoreError, WholeStore},
    },
};

/// How the store is run.
#[derive(Clone)]
pub struct StoreOptions {
    /// Units that may wait for a lane; as much room again is kept for revocations and results.
    pub queue: usize,
    /// Units of one transaction at most.
    pub batch: usize,
    /// Prefix of the audit log's name, for example `ca.example.org/audit`.
    pub log_prefix: String,
    /// Name of this instance in audit entries.
    pub node: String,
    /// This start of the daemon.
    pub boot: BootId,
    /// Who seals and opens what evidence holds.
    pub contents: Arc<dyn ContentSeal>,
}

/// The store on one database. Clones share everything.
pub struct SqlStore<D: Driver> {
    shared: Arc<Shared<D>>,
}

impl<D: Driver> Clone for SqlStore<D> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

struct Shared<D: Driver> {
    contents: Arc<dyn ContentSeal>,
    readers: Readers<D>,
    lanes: Vec<Entrance>,
    common: Arc<Common<D>>,
    running: Mutex<Vec<JoinHandle<()>>>,
}

/// The way into a lane.
struct Entrance {
    ordinary: mpsc::Sender<Work>,
    reserved: mpsc::Sender<Work>,
    load: Arc<AtomicUsize>,
}

impl<D: Driver> SqlStore<D> {
    /// Opens the lanes, one for each guard, and the connections that read.
    ///
    /// # Errors
    /// When the database cannot be trusted.
    pub(in crate::adapters) async fn start(
        driver: D,
        guards: Vec<D::Guard>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        options: StoreOptions,
    ) -> Result<Self, DatabaseError> {
        let common = Arc::new(Common {
            driver: Arc::new(driver),
            stop: CancellationToken::new(),
            clock,
            entropy,
            origin: Origin {
                prefix: options.log_prefix,
                node: options.node,
                boot: options.boot.to_string(),
            },
            batch: options.batch.max(1),
            lanes: guards.len().max(1),
            newest: AtomicI64::new(0),
            registry_writes: AtomicU64::new(0),
            fails: AtomicBool::new(false),
        });
        let (mut entrances, mut lanes) = (Vec::new(), Vec::new());
        for guard in guards {
            let (entrance, mut lane) = lane(&common, guard, options.queue.max(1));
            lane.reopen().await?;
            entrances.push(entrance);
            lanes.push(lane);
        }
        let readers = Readers::open(Arc::clone(&common.driver)).await?;
        let running = lanes.into_iter().map(D::spawn);
        Ok(Self {
            shared: Arc::new(Shared {
                contents: options.contents,
                readers,
                lanes: entrances,
                running: Mutex::new(running.collect()),
                common,
            }),
        })
    }

    /// How far the newest audit entry is ahead of the clock. More than two seconds stops signing,
    /// never revoking.
    #[must_use]
    pub fn clock_lag(&self) -> Duration {
        let common = &self.shared.common;
        let newest = common.newest.load(Ordering::Relaxed);
        Timestamp::from_millis(newest).since(common.clock.now())
    }

    /// How often this process may have written to the registry of identities since the start.
    pub(in crate::adapters) fn registry_writes(&self) -> u64 {
        self.shared.common.registry_writes.load(Ordering::SeqCst)
    }

    /// Writes what is queued, then closes the database and lets go of what is held for writing.
    /// The connections that write go last: with SQLite they bring the write-ahead log home, which
    /// one that reads cannot.
    pub async fn close(&self) {
        self.shared.readers.close().await;
        self.shared.common.stop.cancel();
        let running = std::mem::take(
            &mut *self
                .shared
                .running
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        for lane in running {
            // A lane that panicked has answered nobody: every waiter sees `Unavailable`.
            let _ = lane.await;
        }
    }

    /// Gives the work to the lane that has least to do.
    fn enqueue(&self, priority: Priority, work: Work) -> Result<(), String> {
        let least = |lane: &&Entrance| lane.load.load(Ordering::Relaxed);
        let Some(lane) = self.shared.lanes.iter().min_by_key(least) else {
            return Err(LOST.to_owned());
        };
        let queue = match priority {
            Priority::Ordinary => &lane.ordinary,
            Priority::Reserved => &lane.reserved,
        };
        // Before it is sent: the lane takes it off when it has answered.
        lane.load.fetch_add(1, Ordering::Relaxed);
        queue.try_send(work).map_err(|e| {
            lane.load.fetch_sub(1, Ordering::Relaxed);
            match e {
                mpsc::error::TrySendError::Full(_) => "the queue of writes is full".to_owned(),
                mpsc::error::TrySendError::Closed(_) => "the store is closed".to_owned(),
            }
        })
    }
}

fn lane<D: Driver>(common: &Arc<Common<D>>, guard: D::Guard, queue: usize) -> (Entrance, Lane<D>) {
    let (ordinary, ordinary_queue) = mpsc::channel(queue);
    let (reserved, reserved_queue) = mpsc::channel(queue);
    let load = Arc::new(AtomicUsize::new(0));
    let lane = Lane {
        common: Arc::clone(common),
        guard,
        connection: None,
        ordinary: ordinary_queue,
        reserved: reserved_queue,
        load: Arc::clone(&load),
        under_way: 0,
    };
    let entrance = Entrance {
        ordinary,
        reserved,
        load,
    };
    (entrance, lane)
}

const LOST: &str = "the writing lane has stopped";

#[async_trait]
impl<D: Driver> Store for SqlStore<D> {
    fn clock_lag(&self) -> Duration {
        Self::clock_lag(self)
    }

    fn writes_fail(&self) -> bool {
        self.shared.common.fails.load(Ordering::SeqCst)
    }

    async fn commit(&self, unit: Unit) -> Result<Committed, CommitError> {
        let (answer, answered) = oneshot::channel();
        let unit = SealedUnit::of(unit, &*self.shared.contents)?;
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
impl<D: Driver> WholeStore for SqlStore<D> {
    async fn close(&self) {
        Self::close(self).await;
    }
}

#[async_trait]
impl<D: Driver> Fetch for SqlStore<D> {
    type Row = D::Row;

    async fn fetch(&self, query: Query) -> Result<Vec<D::Row>, StoreError> {
        let rows = self.shared.readers.all(query).await;
        rows.map_err(|e| StoreError(e.detail()))
    }

    async fn fetch_first(&self, query: Query) -> Result<Option<D::Row>, StoreError> {
        let row = self.shared.readers.first(query).await;
        row.map_err(|e| StoreError(e.detail()))
    }

    fn contents(&self) -> &dyn ContentSeal {
        &*self.shared.contents
    }

    fn is_sole_writer(&self) -> bool {
        D::SOLE_WRITER
    }
}
