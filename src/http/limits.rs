//! How much one identity may ask of the daemon.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{
    Quota, RateLimiter, clock::Clock as _, middleware::NoOpMiddleware, nanos::Nanos,
    state::keyed::HashMapStateStore,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    domain::{
        owner::IdentityName,
        refusal::{Class, Refused},
    },
    ports::clock::Clock,
};

/// A sustained rate and what may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub per_second: NonZeroU32,
    pub burst: NonZeroU32,
}

/// The configured limits of one identity.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    pub requests: Rate,
    /// CSR checks have their own, wider allowance (contract: at least 100/s, burst 500).
    pub csr_checks: Rate,
    /// Revocations have their own too: no other traffic of an identity keeps it from revoking.
    pub revocations: Rate,
    /// Requests of one identity at the same time.
    pub concurrent: usize,
}

/// Which allowance a request draws on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ordinary,
    CsrCheck,
    Revocation,
}

type Buckets =
    RateLimiter<IdentityName, HashMapStateStore<IdentityName>, Monotonic, NoOpMiddleware<Nanos>>;

/// The state of all allowances.
pub struct Limits {
    clock: Monotonic,
    requests: Buckets,
    csr_checks: Buckets,
    revocations: Buckets,
    concurrent: usize,
    /// Revocations beside all else.
    running: Mutex<HashMap<(IdentityName, bool), Arc<Semaphore>>>,
    kept: Buckets,
}

/// KiB of refusals that an identity may have kept at once; then one KiB a second. A row lives for
/// a day, so that one identity never holds more than about 85 MiB of them.
const KEPT_BURST: NonZeroU32 = NonZeroU32::new(1024).unwrap();

impl Limits {
    #[must_use]
    pub fn new(allowance: Allowance, clock: Arc<dyn Clock>) -> Self {
        let clock = Monotonic(clock);
        let buckets = |rate: Rate| {
            let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
            RateLimiter::hashmap_with_clock(quota, clock.clone())
        };
        Self {
            requests: buckets(allowance.requests),
            csr_checks: buckets(allowance.csr_checks),
            revocations: buckets(allowance.revocations),
            kept: buckets(Rate {
                per_second: NonZeroU32::MIN,
                burst: KEPT_BURST,
            }),
            concurrent: allowance.concurrent,
            running: Mutex::default(),
            clock,
        }
    }

    /// Lets a request of `who` in; it counts as running until the permit is dropped.
    ///
    /// # Errors
    /// 429 `rate-limited`.
    pub fn admit(&self, who: &IdentityName, kind: Kind) -> Result<OwnedSemaphorePermit, Refused> {
        let buckets = match kind {
            Kind::Ordinary => &self.requests,
            Kind::CsrCheck => &self.csr_checks,
            Kind::Revocation => &self.revocations,
        };
        buckets
            .check_key(who)
            .map_err(|until| limited(until.wait_time_from(self.clock.now())))?;
        let slots = {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            let slots = running.entry((who.clone(), kind == Kind::Revocation));
            Arc::clone(slots.or_insert_with(|| Arc::new(Semaphore::new(self.concurrent))))
        };
        slots
            .try_acquire_owned()
            .map_err(|_| limited(Duration::from_secs(1)))
    }

    /// Whether a refusal of so many bytes may be kept under its Idempotency-Key.
    pub fn keeps(&self, who: &IdentityName, bytes: usize) -> bool {
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let kib = NonZeroU32::new(kib).unwrap_or(NonZeroU32::MIN);
        let kept = self.kept.check_key_n(who, kib.min(KEPT_BURST));
        matches!(kept, Ok(Ok(())))
    }
}

const fn limited(retry_after: Duration) -> Refused {
    Refused::new(Class::Limited { retry_after }, "rate-limited")
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

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;
    use crate::domain::timestamp::Timestamp;

    struct Still;

    #[async_trait]
    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::EPOCH
        }

        fn monotonic(&self) -> Duration {
            Duration::from_secs(9)
        }

        fn thread_cpu(&self) -> Duration {
            self.monotonic()
        }

        async fn pause(&self, _: Duration) {}
    }

    fn rate(number: u32) -> Rate {
        let number = NonZeroU32::new(number).unwrap();
        Rate {
            per_second: number,
            burst: number,
        }
    }

    fn limits(concurrent: usize) -> Limits {
        let allowance = Allowance {
            requests: rate(2),
            csr_checks: rate(3),
            revocations: rate(2),
            concurrent,
        };
        Limits::new(allowance, Arc::new(Still))
    }

    #[test]
    fn each_identity_and_kind_has_its_own_allowance() {
        let (limits, a) = (limits(9), IdentityName::parse("a").unwrap());
        let b = IdentityName::parse("b").unwrap();
        for _ in 0..2 {
            drop(limits.admit(&a, Kind::Ordinary).unwrap());
        }
        let refused = limits.admit(&a, Kind::Ordinary).unwrap_err();
        assert!(matches!(refused.class, Class::Limited { .. }));
        drop(limits.admit(&a, Kind::CsrCheck).unwrap());
        drop(limits.admit(&a, Kind::Revocation).unwrap());
        assert!(limits.admit(&b, Kind::Ordinary).is_ok());
    }

    #[test]
    fn kept_refusals_have_their_own_allowance() {
        let (limits, a) = (limits(9), IdentityName::parse("a").unwrap());
        let b = IdentityName::parse("b").unwrap();
        assert!(limits.keeps(&a, 1023 * 1024));
        assert!(limits.keeps(&a, 100));
        assert!(!limits.keeps(&a, 100));
        assert!(limits.keeps(&b, usize::MAX));
        assert!(limits.admit(&a, Kind::Ordinary).is_ok());
    }

    #[test]
    fn a_request_counts_until_it_ends() {
        let (limits, a) = (limits(1), IdentityName::parse("a").unwrap());
        let first = limits.admit(&a, Kind::CsrCheck).unwrap();
        assert!(limits.admit(&a, Kind::CsrCheck).is_err());
        // Who keeps the daemon busy can revoke all the same.
        let revoking = limits.admit(&a, Kind::Revocation).unwrap();
        assert!(limits.admit(&a, Kind::Revocation).is_err());
        drop((first, revoking));
        assert!(limits.admit(&a, Kind::CsrCheck).is_ok());
    }
}
