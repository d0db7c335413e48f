//! The owners' feed: replayed from any place, or waited for.
//!
//! Who waits is answered by looks, a second apart: nothing is pushed from the store, so that a
//! feed is the same whichever instance wrote the line.

use std::{sync::Arc, time::Duration};

use crate::{
    domain::refusal::Refused,
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

/// The service.
#[derive(Clone)]
pub struct Feed {
    stored: Arc<dyn Stored>,
    clock: Arc<dyn Clock>,
}

impl Feed {
    #[must_use]
    pub fn new(stored: Arc<dyn Stored>, clock: Arc<dyn Clock>) -> Self {
        Self { stored, clock }
    }

    /// Lines after a position, at most `limit`, oldest first; waits for the first one.
    ///
    /// # Errors
    /// 503.
    pub async fn after(
        &self,
        scope: &ReadScope,
        pos: i64,
        limit: u32,
        wait: Duration,
    ) -> Result<Vec<FeedLine>, Refused> {
        let until = self
            .clock
            .monotonic()
            .saturating_add(wait.min(LONGEST_WAIT));
        loop {
            let lines = self.stored.feed(scope, pos, limit).await?;
            let left = until.saturating_sub(self.clock.monotonic());
            if !lines.is_empty() || left.is_zero() {
                return Ok(lines);
            }
            self.clock.pause(PAUSE.min(left)).await;
        }
    }
}
