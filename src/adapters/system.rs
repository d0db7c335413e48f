//! The operating system's clock and randomness: the only place that reads them.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::{
    domain::timestamp::Timestamp,
    ports::{
        clock::Clock,
        entropy::{Entropy, EntropyFailed},
    },
};

/// Wall clock and monotonic clock of the host.
#[derive(Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this adapter is the one reader of the clock"
    )]
    pub fn start() -> Self {
        Self {
            origin: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this adapter is the one reader of the clock"
    )]
    fn now(&self) -> Timestamp {
        // A host clock before 1970 reads as 1970: the comparison with the audit head refuses it.
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::EPOCH.plus(since)
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }
}

/// The kernel's generator (getrandom(2)).
#[derive(Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this adapter is the one reader of randomness"
    )]
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        getrandom::fill(out).map_err(|_| EntropyFailed)
    }
}
