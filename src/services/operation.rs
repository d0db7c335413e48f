//! What happens to the daemon itself, as entries of the log: starts, stops, configurations, and
//! who was turned away.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    domain::{
        audit::{
            event::{Event, EventKind, Outcome},
            value::Value,
        },
        owner::Caller,
        refusal::Refused,
        timestamp::Timestamp,
        unit::{CommitError, Unit},
    },
    policy::access::SystemScope,
    ports::{clock::Clock, store::Store},
};

/// One entry for each who, in this time.
const WINDOW: Duration = Duration::from_secs(60);
/// Names kept apart at a time; beyond, the rest shares one entry.
const MOST: usize = 1024;
const OTHERS: &str = "others";

/// Writes one entry of the daemon's own.
///
/// # Errors
/// 503 when it cannot be written.
pub async fn record(
    store: &dyn Store,
    clock: &dyn Clock,
    scope: SystemScope,
    event: Event,
) -> Result<(), Refused> {
    commit(store, clock.now(), scope.caller(), event).await
}

/// Those who were turned away: each is counted, and written once a minute, so that a stranger
/// cannot fill the log.
pub struct Refusals {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    seen: Mutex<HashMap<(EventKind, String), Seen>>,
}

#[derive(Clone, Copy)]
struct Seen {
    written_at: Timestamp,
    since: u32,
}

impl Refusals {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            seen: Mutex::default(),
        }
    }

    /// Notes that `who` was turned away. `kind` is [`EventKind::AuthFailure`] for somebody who is
    /// not known, [`EventKind::AuthzDenied`] for one who may not.
    pub async fn note(&self, kind: EventKind, who: &str, code: &'static str) {
        let now = self.clock.now();
        let Some((who, count)) = self.due(kind, who, now) else {
            return;
        };
        let event = Event::new(kind, "peer", &who)
            .outcome(Outcome::Denied)
            .with("code", code)
            .with("count", Value::integer(i64::from(count)));
        let caller = SystemScope::new("entrance").caller();
        // The refusal stands whether or not it can be written down.
        if let Err(refused) = commit(&*self.store, now, caller, event).await {
            tracing::warn!(cause = refused.cause, "a refusal could not be recorded");
        }
    }

    /// Who is to be written, and how often they were turned away since the last entry.
    fn due(&self, kind: EventKind, who: &str, now: Timestamp) -> Option<(String, u32)> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST {
            seen.retain(|_, last| now.since(last.written_at) < WINDOW);
        }
        let known = seen.contains_key(&(kind, who.to_owned()));
        let who = if known || seen.len() < MOST {
            who
        } else {
            OTHERS
        };
        let key = (kind, who.to_owned());
        let count = match seen.get_mut(&key) {
            Some(last) if now.since(last.written_at) < WINDOW => {
                last.since = last.since.saturating_add(1);
                return None;
            }
            Some(last) => last.since.saturating_add(1),
            None => 1,
        };
        let fresh = Seen {
            written_at: now,
            since: 0,
        };
        seen.insert(key, fresh);
        Some((who.to_owned(), count))
    }
}

async fn commit(
    store: &dyn Store,
    now: Timestamp,
    caller: Caller,
    event: Event,
) -> Result<(), Refused> {
    match store.commit(Unit::new(caller, now, event)).await {
        Ok(_) => Ok(()),
        Err(CommitError::Unavailable(cause)) => {
            Err(Refused::unavailable("store-unavailable", cause))
        }
        Err(error) => Err(Refused::unavailable("store-busy", error)),
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;
    use crate::{
        domain::unit::Committed,
        ports::store::{Booked, Bookkeeping, StoreError},
    };

    /// Counts are judged without a store.
    struct Nowhere;

    #[async_trait]
    impl Store for Nowhere {
        fn clock_lag(&self) -> std::time::Duration {
            std::time::Duration::ZERO
        }

        fn writes_fail(&self) -> bool {
            false
        }

        async fn commit(&self, _: Unit) -> Result<Committed, CommitError> {
            Err(CommitError::Conflict)
        }

        async fn bookkeep(&self, _: Bookkeeping) -> Result<Booked, StoreError> {
            Ok(Booked::Done)
        }
    }

    struct Still;

    #[async_trait]
    impl Clock for Still {
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

    #[test]
    fn one_entry_a_minute_for_each_peer_and_a_bound_for_all() {
        let refusals = Refusals::new(Arc::new(Nowhere), Arc::new(Still));
        let (kind, start) = (EventKind::AuthFailure, Timestamp::EPOCH);
        let due = |who: &str, at: Timestamp| refusals.due(kind, who, at).map(|due| due.1);
        assert_eq!(due("a", start), Some(1));
        assert_eq!(due("a", start), None);
        assert_eq!(due("b", start), Some(1));
        assert_eq!(due("a", start.plus(WINDOW)), Some(2));
        for number in 0..2 * MOST {
            due(&number.to_string(), start.plus(WINDOW));
        }
        assert!(refusals.seen.lock().unwrap().len() <= MOST + 1);
    }
}
