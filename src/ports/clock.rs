//! Time, as an argument.

use std::time::Duration;

use crate::domain::timestamp::Timestamp;

/// Wall clock and monotonic clock. A use case reads [`Clock::now`] once and judges with it.
pub trait Clock: Send + Sync {
    /// UTC wall-clock time.
    fn now(&self) -> Timestamp;

    /// Time since an arbitrary fixed origin of this process; never goes back. For leases and
    /// deadlines only.
    fn monotonic(&self) -> Duration;
}
