//! Arithmetic on what strangers send, where it is too dear for the threads that serve others: few
//! at a time, few in waiting, and nobody waits for it beyond a deadline. What is being computed
//! cannot be interrupted: it ends on its own thread, and holds its place until then.

use std::{fmt::Display, sync::Arc, time::Duration};

use tokio::{sync::Semaphore, task, time::timeout};

use crate::domain::refusal::Refused;

/// Turn and work together: with everything else a request asks for it stays below two seconds.
pub const DEADLINE: Duration = Duration::from_millis(1500);

/// Threads with a queue before them.
#[derive(Debug)]
pub struct Arithmetic {
    threads: Arc<Semaphore>,
    /// In milliseconds of work, about.
    queue: Arc<Semaphore>,
    deadline: Duration,
}

impl Arithmetic {
    /// `queue` is the work that may wait or run, in the unit of [`Self::run`]'s `cost`.
    #[must_use]
    pub fn new(threads: usize, queue: usize, deadline: Duration) -> Self {
        Self {
            threads: Arc::new(Semaphore::new(threads)),
            queue: Arc::new(Semaphore::new(queue)),
            deadline,
        }
    }

    /// What `work` gives. It goes on when nobody waits any more.
    ///
    /// # Errors
    /// 503 `key-check-failed` when too much work waits already, or the deadline has come: the
    /// client asks again.
    pub async fn run<T: Send + 'static>(
        &self,
        cost: u32,
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
        timeout(self.deadline, done).await.map_err(failed)?
    }
}

fn failed(error: impl Display) -> Refused {
    Refused::unavailable("key-check-failed", error.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    #[tokio::test]
    async fn nobody_waits_behind_more_work_than_a_little() {
        let arithmetic = Arithmetic::new(1, 10, LONG);
        let held = Arc::clone(&arithmetic.queue).try_acquire_many_owned(8);
        let refused = arithmetic.run(3, || ()).await.unwrap_err();
        assert!(refused.is_trouble());
        assert_eq!(refused.code, "key-check-failed");
        // Less still finds a place, and the place is free again afterwards.
        assert_eq!(arithmetic.run(2, || 7).await.unwrap(), 7);
        drop(held);
        assert_eq!(arithmetic.queue.available_permits(), 10);
    }

    #[tokio::test]
    async fn nobody_waits_beyond_the_deadline_and_the_work_ends_by_itself() {
        let arithmetic = Arithmetic::new(1, 10, Duration::ZERO);
        let (go_on, waits) = mpsc::channel::<()>();
        let (done, ended) = mpsc::channel();
        let work = move || {
            waits.recv().unwrap();
            done.send(()).unwrap();
        };
        let refused = arithmetic.run(4, work).await.unwrap_err();
        assert!(refused.is_trouble());
        assert_eq!(refused.code, "key-check-failed");
        // It has its turn and its place until it ends.
        assert_eq!(arithmetic.threads.available_permits(), 0);
        assert_eq!(arithmetic.queue.available_permits(), 6);
        // Whoever comes meanwhile waits for the turn, and leaves nothing behind.
        assert!(arithmetic.run(4, || ()).await.is_err());
        assert_eq!(arithmetic.queue.available_permits(), 6);
        go_on.send(()).unwrap();
        ended.recv().unwrap();
        let turn = arithmetic.threads.acquire().await;
        assert!(turn.is_ok());
    }
}
