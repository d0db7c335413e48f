//! Arithmetic on what strangers send, where it is too dear for the threads that serve others: few
//! at a time, few in waiting, and nobody waits for it beyond a deadline. What is being computed
//! cannot be interrupted: it ends on its own thread, and holds its place until then.

use std::{fmt::Display, sync::Arc, time::Duration};

use tokio::{sync::Semaphore, task, time::timeout};

use crate::{domain::refusal::Refused, ports::clock::Clock};

/// Turns and work together: with everything else a request asks for it stays below two seconds.
const DEADLINE: Duration = Duration::from_millis(1500);

/// The time that one request may spend here, in however many turns.
#[derive(Clone)]
pub struct Patience {
    clock: Arc<dyn Clock>,
    /// On the monotonic clock.
    ends: Duration,
}

impl Patience {
    /// Begins now.
    #[must_use]
    pub fn begin(clock: &Arc<dyn Clock>) -> Self {
        Self {
            clock: Arc::clone(clock),
            ends: clock.monotonic().saturating_add(DEADLINE),
        }
    }

    fn left(&self) -> Duration {
        self.ends.saturating_sub(self.clock.monotonic())
    }
}

/// Threads with a queue before them.
#[derive(Debug)]
pub struct Arithmetic {
    threads: Arc<Semaphore>,
    /// In milliseconds of work, about.
    queue: Arc<Semaphore>,
}

impl Arithmetic {
    /// `queue` is the work that may wait or run, in the unit of [`Self::run`]'s `cost`.
    #[must_use]
    pub fn new(threads: usize, queue: usize) -> Self {
        Self {
            threads: Arc::new(Semaphore::new(threads)),
            queue: Arc::new(Semaphore::new(queue)),
        }
    }

    /// What `work` gives. It goes on when nobody waits any more.
    ///
    /// # Errors
    /// 503 `key-check-failed` when too much work waits already, or the request's patience is over:
    /// the client asks again.
    pub async fn run<T: Send + 'static>(
        &self,
        cost: u32,
        patience: &Patience,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let place = Arc::clone(&self.queue).try_acquire_many_owned(cost);
        let place = place.map_err(failed)?;
        let done = async {
            let turn = Arc::clone(&self.threads).acquire_owned().await;
            let turn = turn.map_err(failed)?;
            let thread = task::spawn_blocking(move || {
                let done = work();
                drop((turn, place));
                done
            });
            thread.await.map_err(failed)
        };
        timeout(patience.left(), done).await.map_err(failed)?
    }
}

fn failed(error: impl Display) -> Refused {
    Refused::unavailable("key-check-failed", error.to_string())
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{Mutex, mpsc};

    use super::*;
    use crate::domain::timestamp::Timestamp;

    /// A monotonic clock that stands until it is moved.
    #[derive(Default)]
    pub struct Standing(pub Mutex<Duration>);

    #[async_trait::async_trait]
    impl Clock for Standing {
        fn now(&self) -> Timestamp {
            Timestamp::EPOCH
        }

        fn monotonic(&self) -> Duration {
            *self.0.lock().unwrap()
        }

        fn thread_cpu(&self) -> Duration {
            Duration::ZERO
        }

        async fn pause(&self, _: Duration) {}
    }

    /// Of this length, on a clock that stands.
    pub fn patience(ends: Duration) -> Patience {
        let clock = Arc::new(Standing::default());
        Patience { clock, ends }
    }

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn what_one_turn_has_taken_is_gone_for_the_next() {
        let standing = Arc::new(Standing::default());
        let clock: Arc<dyn Clock> = standing.clone();
        let patience = Patience::begin(&clock);
        assert_eq!(patience.left(), DEADLINE);
        for (passed, left) in [(500, 1000), (1499, 1), (1500, 0), (9000, 0)] {
            *standing.0.lock().unwrap() = Duration::from_millis(passed);
            assert_eq!(patience.left(), Duration::from_millis(left));
        }
    }

    #[tokio::test]
    async fn nobody_waits_behind_more_work_than_a_little() {
        let arithmetic = Arithmetic::new(1, 10);
        let held = Arc::clone(&arithmetic.queue).try_acquire_many_owned(8);
        let refused = arithmetic.run(3, &patience(LONG), || ()).await.unwrap_err();
        assert!(refused.is_trouble());
        assert_eq!(refused.code, "key-check-failed");
        // Less still finds a place, and the place is free again afterwards.
        assert_eq!(arithmetic.run(2, &patience(LONG), || 7).await.unwrap(), 7);
        drop(held);
        assert_eq!(arithmetic.queue.available_permits(), 10);
    }

    #[tokio::test]
    async fn nobody_waits_beyond_the_deadline_and_the_work_ends_by_itself() {
        let arithmetic = Arithmetic::new(1, 10);
        let (go_on, waits) = mpsc::channel::<()>();
        let (done, ended) = mpsc::channel();
        let work = move || {
            waits.recv().unwrap();
            done.send(()).unwrap();
        };
        let over = patience(Duration::ZERO);
        let refused = arithmetic.run(4, &over, work).await.unwrap_err();
        assert!(refused.is_trouble());
        assert_eq!(refused.code, "key-check-failed");
        // It has its turn and its place until it ends.
        assert_eq!(arithmetic.threads.available_permits(), 0);
        assert_eq!(arithmetic.queue.available_permits(), 6);
        // Whoever comes meanwhile waits for the turn, and leaves nothing behind.
        assert!(arithmetic.run(4, &over, || ()).await.is_err());
        assert_eq!(arithmetic.queue.available_permits(), 6);
        go_on.send(()).unwrap();
        ended.recv().unwrap();
        let turn = arithmetic.threads.acquire().await;
        assert!(turn.is_ok());
    }
}
