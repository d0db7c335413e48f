//! Time, as an argument.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::timestamp::Timestamp;

/// Wall clock and monotonic clock. A use case reads [`Clock::now`] once and judges with it.
#[async_trait]
pub trait Clock: Send + Sync {
    /// UTC wall-clock time.
    fn now(&self) -> Timestamp;

    /// Time since an arbitrary fixed origin of this process; never goes back. For leases and
    /// deadlines only.
    fn monotonic(&self) -> Duration;

    /// CPU time that the calling thread has used. Only for metrics, and only as the difference of
    /// two looks with no `.await` between them: a task wakes up on another thread.
    fn thread_cpu(&self) -> Duration;

    /// Ends when `length` has passed on the monotonic clock: the pause before something is tried
    /// again. Never a wait for a wall time.
    async fn pause(&self, length: Duration);
}
