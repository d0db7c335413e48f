//! Our own limit of calls, so that a register's is not met.

use std::{sync::Arc, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::Clock as _,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};

use super::Allowance;
use crate::ports::clock::Clock;

/// A token bucket: full at first, filled again over the window.
pub struct Budget {
    clock: Monotonic,
    bucket: RateLimiter<NotKeyed, InMemoryState, Monotonic, NoOpMiddleware<Nanos>>,
}

impl Budget {
    pub fn new(allowance: Allowance, clock: Arc<dyn Clock>) -> Self {
        let clock = Monotonic(clock);
        let each = allowance.window / allowance.calls.get();
        // A window shorter than its calls in nanoseconds is no limit at all.
        let quota = Quota::with_period(each).unwrap_or_else(|| Quota::per_second(allowance.calls));
        Self {
            bucket: RateLimiter::direct_with_clock(
                quota.allow_burst(allowance.calls),
                clock.clone(),
            ),
            clock,
        }
    }

    /// Takes one call.
    ///
    /// # Errors
    /// How long until there is one.
    pub fn take(&self) -> Result<(), Duration> {
        let taken = self.bucket.check();
        taken.map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

/// The daemon's monotonic clock, as `governor` wants one.
#[derive(Clone)]
struct Monotonic(Arc<dyn Clock>);

impl governor::clock::Clock for Monotonic {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.monotonic())
    }
}
