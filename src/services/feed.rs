//! The owners' feed: replayed from any place, or waited for.
//!
//! Who waits is answered by looks, a second apart: nothing is pushed from the store, so that a
//! feed is the same whichever instance wrote the line. Waits are bounded in number, in all, of a
//! frontend and of an owner, and end with the daemon.

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
    services::turns::{Share, Turn, Turns},
};

/// Between two looks of one who waits.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest wait of one call.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Who may wait at a time, over all owners: each costs a look a second.
const WAITING: usize = 128;
/// Half of all for one frontend; programs of one owner rarely need more than one wait each.
const SHARE: Share = Share {
    of_owner: 16,
    of_frontend: 64,
};

/// The service.
#[derive(Clone)]
pub struct Feed {
    stored: Arc<dyn Stored>,
    clock: Arc<dyn Clock>,
    stopping: CancellationToken,
    room: Arc<Semaphore>,
    turns: Turns,
}

/// The right to wait, for as long as it is held.
pub struct Waiting {
    _place: OwnedSemaphorePermit,
    _turn: Turn,
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
            turns: Turns::new(SHARE),
        }
    }

    /// A place among those who wait.
    ///
    /// # Errors
    /// 429 `rate-limited` when all are taken, or all that the owner or its frontend may have.
    pub fn wait(&self, scope: &ReadScope) -> Result<Waiting, Refused> {
        let taken = || {
            let retry_after = LONGEST_WAIT;
            Refused::new(Class::Limited { retry_after }, "rate-limited")
        };
        let turn = self.turns.begin(scope).ok_or_else(taken)?;
        let place = Arc::clone(&self.room).try_acquire_owned();
        Ok(Waiting {
            _place: place.map_err(|_| taken())?,
            _turn: turn,
        })
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
