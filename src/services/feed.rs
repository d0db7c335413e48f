//! The owners' feed: replayed from any place, or waited for.
//!
//! Who waits is answered by looks, a second apart: nothing is pushed from the store, so that a
//! feed is the same whichever instance wrote the line. Waits are bounded in number and end with
//! the daemon.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::{
    domain::refusal::{Class, Refused},
    policy::access::ReadScope,
    ports::{
        clock::Clock,
        store::catalogue::{Feed as Stored, FeedLine},
    },
};

/// Between two looks of one who waits.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest wait of one call.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Who may wait at a time, over all owners: each costs a look a second.
const WAITING: usize = 128;

/// The service.
#[derive(Clone)]
pub struct Feed {
    stored: Arc<dyn Stored>,
    clock: Arc<dyn Clock>,
    stopping: CancellationToken,
    room: Arc<Semaphore>,
}

/// The right to wait, for as long as it is held.
pub struct Waiting {
    _place: OwnedSemaphorePermit,
}

impl Feed {
    #[must_use]
    pub fn new(
        stored: Arc<dyn Stored>,
        clock: Arc<dyn Clock>,
        stopping: CancellationToken,
    ) -> Self {
        Self {
            stored,
            clock,
            stopping,
            room: Arc::new(Semaphore::new(WAITING)),
        }
    }

    /// A place among those who wait.
    ///
    /// # Errors
    /// 429 `rate-limited` when all are taken.
    pub fn wait(&self) -> Result<Waiting, Refused> {
        match Arc::clone(&self.room).try_acquire_owned() {
            Ok(place) => Ok(Waiting { _place: place }),
            Err(_) => {
                let retry_after = LONGEST_WAIT;
                Err(Refused::new(Class::Limited { retry_after }, "rate-limited"))
            }
        }
    }

    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Lines after a position, at most `limit`, oldest first.
    ///
    /// # Errors
    /// 503.
    pub async fn after(
        &self,
        scope: &ReadScope,
        pos: i64,
        limit: u32,
    ) -> Result<Vec<FeedLine>, Refused> {
        Ok(self.stored.feed(scope, pos, limit).await?)
    }

    /// The same, once there is one, or when the wait or the daemon ends.
    ///
    /// # Errors
    /// 503.
    pub async fn awaited(
        &self,
        _: &Waiting,
        scope: &ReadScope,
        (pos, limit): (i64, u32),
        wait: Duration,
    ) -> Result<Vec<FeedLine>, Refused> {
        let until = self
            .clock
            .monotonic()
            .saturating_add(wait.min(LONGEST_WAIT));
        loop {
            let lines = self.after(scope, pos, limit).await?;
            let left = until.saturating_sub(self.clock.monotonic());
            if !lines.is_empty() || left.is_zero() || self.is_ending() {
                return Ok(lines);
            }
            tokio::select! {
                () = self.stopping.cancelled() => {}
                () = self.clock.pause(PAUSE.min(left)) => {}
            }
        }
    }
}
