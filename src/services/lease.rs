//! The right of this process to sign: its boot's lease (design 5, Acts and owners).
//!
//! Anyone may settle the intents of a boot whose lease is over, so a process that cannot renew
//! must stop signing before others may think it dead. The decision uses the monotonic clock
//! only.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    domain::id::BootId,
    ports::{
        clock::Clock,
        store::{Bookkeeping, Store, StoreError},
    },
};

/// How long a renewal holds.
pub const LEASE: Duration = Duration::from_secs(30);
/// How often it is renewed.
pub const RENEWAL: Duration = Duration::from_secs(5);
/// Signing stops this long before the end.
const MARGIN: Duration = Duration::from_secs(10);

/// A clock further behind the newest audit entry than this signs nothing (design 5, Time):
/// what it dates and judges would contradict what is on record.
const CLOCK_LAG: Duration = Duration::from_secs(2);

/// Whether a clock this far behind the audit log may date what is signed.
#[must_use]
pub fn clock_may_sign(lag: Duration) -> bool {
    lag <= CLOCK_LAG
}

/// The lease of this start of the daemon.
#[derive(Debug)]
pub struct Lease {
    boot: BootId,
    /// Milliseconds on the monotonic clock at which the lease ends; 0 before the first renewal.
    ends: AtomicU64,
}

impl Lease {
    #[must_use]
    pub const fn new(boot: BootId) -> Self {
        Self {
            boot,
            ends: AtomicU64::new(0),
        }
    }

    #[must_use]
    pub const fn boot(&self) -> BootId {
        self.boot
    }

    /// Whether a signature may still be started at this monotonic instant.
    #[must_use]
    pub fn may_sign(&self, monotonic: Duration) -> bool {
        let ends = Duration::from_millis(self.ends.load(Ordering::Acquire));
        monotonic + MARGIN < ends
    }

    /// Renews the lease; its time counts from before the write, so that the store's view never
    /// ends earlier than ours.
    ///
    /// # Errors
    /// When the store cannot answer: the lease runs on to its end.
    pub async fn renew(&self, store: &Arc<dyn Store>, clock: &dyn Clock) -> Result<(), StoreError> {
        let (now, before) = (clock.now(), clock.monotonic());
        let lease_until = now.plus(LEASE);
        store
            .bookkeep(Bookkeeping::RenewBoot {
                boot: self.boot,
                now,
                lease_until,
            })
            .await?;
        let ends = u64::try_from((before + LEASE).as_millis()).unwrap_or(0);
        self.ends.store(ends, Ordering::Release);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;

    #[test]
    fn a_clock_behind_the_log_signs_nothing() {
        assert!(clock_may_sign(Duration::from_secs(2)));
        assert!(!clock_may_sign(Duration::from_millis(2001)));
    }

    #[test]
    fn an_unrenewed_lease_signs_nothing() {
        let lease = Lease::new(BootId::new(Timestamp::EPOCH, [1; 10]));
        assert!(!lease.may_sign(Duration::ZERO));
        lease.ends.store(30_000, Ordering::Release);
        assert!(lease.may_sign(Duration::from_secs(19)));
        assert!(!lease.may_sign(Duration::from_secs(20)));
    }
}
