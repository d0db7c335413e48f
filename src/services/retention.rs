//! How long requests and jobs are remembered that are over.

use std::time::Duration;

use crate::{
    domain::{refusal::Refused, timestamp::days},
    ports::{
        clock::Clock,
        store::{Booked, Bookkeeping, Store},
    },
};

/// A refused request is answered the same for a day.
const REFUSED: Duration = Duration::from_secs(86_400);
/// A done one for thirty: what it made speaks for itself by then.
const DONE_DAYS: u32 = 30;

/// Forgets what is old enough, batch after batch until nothing is left or `stops` says so. A batch
/// is bounded and queues like any other writing: units come between two of them.
///
/// # Errors
/// 503 when the store is away; nothing is lost by that.
pub async fn prune(
    store: &dyn Store,
    clock: &dyn Clock,
    stops: impl Fn() -> bool + Send,
) -> Result<(), Refused> {
    let now = clock.now();
    let task = Bookkeeping::Prune {
        before: now.minus(days(DONE_DAYS)),
        refused_before: now.minus(REFUSED),
    };
    while !stops() {
        let booked = store.bookkeep(task.clone()).await?;
        if !matches!(booked, Booked::Pruned { more: true, .. }) {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use async_trait::async_trait;

    use super::*;
    use crate::{
        domain::{
            timestamp::Timestamp,
            unit::{CommitError, Committed, Unit},
        },
        ports::store::StoreError,
    };

    /// A store with so many batches of old rows.
    struct Heap(AtomicU32);

    #[async_trait]
    impl Store for Heap {
        fn clock_lag(&self) -> Duration {
            Duration::ZERO
        }

        fn writes_fail(&self) -> bool {
            false
        }

        async fn commit(&self, _: Unit) -> Result<Committed, CommitError> {
            Err(CommitError::Conflict)
        }

        async fn bookkeep(&self, _: Bookkeeping) -> Result<Booked, StoreError> {
            let left = self.0.fetch_sub(1, Ordering::Relaxed) - 1;
            let more = left > 0;
            Ok(Booked::Pruned { rows: 500, more })
        }
    }

    #[async_trait]
    impl Clock for Heap {
        fn now(&self) -> Timestamp {
            Timestamp::EPOCH
        }

        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }

        fn thread_cpu(&self) -> Duration {
            self.monotonic()
        }

        async fn pause(&self, _: Duration) {}
    }

    #[tokio::test]
    async fn a_full_batch_is_followed_by_another_at_once() {
        let heap = Heap(AtomicU32::new(9));
        prune(&heap, &heap, || false).await.unwrap();
        assert_eq!(heap.0.into_inner(), 0);
    }

    #[tokio::test]
    async fn a_stop_waits_for_one_batch_only() {
        let heap = Heap(AtomicU32::new(9));
        let stops = || heap.0.load(Ordering::Relaxed) < 9;
        prune(&heap, &heap, stops).await.unwrap();
        assert_eq!(heap.0.load(Ordering::Relaxed), 8);
    }
}
