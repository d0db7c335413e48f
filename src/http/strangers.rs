//! How often somebody who is not known may ask for a page.
//!
//! An IPv4 address, or the /64 of an IPv6 address, is one somebody: a host has all addresses of
//! its /64. Memory is fixed; a crowd of more peers than fit is forgotten in the order it came, so
//! that nobody is ever turned away because of others. Behind a proxy everybody is the proxy: let
//! the proxy limit, and raise the rate here.

use std::{
    collections::HashMap,
    mem,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::limits::Rate;
use crate::ports::clock::Clock;

/// Peers of one generation; two are remembered, some 40 bytes each.
const MOST: usize = 16_384;

/// The state of all peers.
pub struct Strangers {
    clock: Arc<dyn Clock>,
    /// From one request to the next at the sustained rate.
    interval: Duration,
    /// How far a peer may be ahead of that.
    ahead: Duration,
    seen: Mutex<Generations>,
}

/// When each peer will have used up nothing (GCRA's theoretical arrival time).
#[derive(Default)]
struct Generations {
    young: HashMap<Net, Duration>,
    old: HashMap<Net, Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Net {
    V4([u8; 4]),
    V6([u8; 8]),
}

impl Strangers {
    #[must_use]
    pub fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        let interval = Duration::from_secs(1) / rate.per_second.get();
        Self {
            clock,
            interval,
            ahead: interval * (rate.burst.get() - 1),
            seen: Mutex::default(),
        }
    }

    /// Lets a request of `peer` in.
    ///
    /// # Errors
    /// How long the peer must wait.
    pub fn admit(&self, peer: IpAddr) -> Result<(), Duration> {
        let now = self.clock.monotonic();
        let net = Net::of(peer);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let free_at = seen.get(net).unwrap_or_default().max(now);
        let lead = free_at.saturating_sub(now);
        if lead > self.ahead {
            return Err(lead.saturating_sub(self.ahead));
        }
        seen.put(net, free_at.saturating_add(self.interval));
        Ok(())
    }
}

impl Generations {
    fn get(&self, net: Net) -> Option<Duration> {
        self.young.get(&net).or_else(|| self.old.get(&net)).copied()
    }

    fn put(&mut self, net: Net, free_at: Duration) {
        if self.young.len() >= MOST && !self.young.contains_key(&net) {
            mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        self.young.insert(net, free_at);
    }
}

impl Net {
    fn of(peer: IpAddr) -> Self {
        match peer.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => {
                let [a, b, c, d, e, f, g, h, ..] = address.octets();
                Self::V6([a, b, c, d, e, f, g, h])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::Ipv6Addr,
        num::NonZeroU32,
        sync::atomic::{AtomicU64, Ordering},
    };

    use super::*;
    use crate::domain::timestamp::Timestamp;

    #[derive(Default)]
    struct Hand(AtomicU64);

    #[async_trait::async_trait]
    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::EPOCH
        }

        fn monotonic(&self) -> Duration {
            Duration::from_millis(self.0.load(Ordering::SeqCst))
        }

        fn thread_cpu(&self) -> Duration {
            self.monotonic()
        }

        async fn pause(&self, _: Duration) {}
    }

    fn strangers(clock: &Arc<Hand>) -> Strangers {
        let rate = Rate {
            per_second: NonZeroU32::new(2).unwrap(),
            burst: NonZeroU32::new(3).unwrap(),
        };
        Strangers::new(rate, Arc::<Hand>::clone(clock))
    }

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_peer_has_a_burst_and_then_its_rate() {
        let clock = Arc::new(Hand::default());
        let strangers = strangers(&clock);
        let a = at("192.0.2.1");
        for _ in 0..3 {
            strangers.admit(a).unwrap();
        }
        assert_eq!(strangers.admit(a), Err(Duration::from_millis(500)));
        strangers.admit(at("192.0.2.2")).unwrap();
        clock.0.store(499, Ordering::SeqCst);
        assert_eq!(strangers.admit(a), Err(Duration::from_millis(1)));
        clock.0.store(500, Ordering::SeqCst);
        strangers.admit(a).unwrap();
        assert!(strangers.admit(a).is_err());
    }

    #[test]
    fn the_addresses_of_a_host_are_one_peer() {
        let strangers = strangers(&Arc::default());
        for address in ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::"] {
            strangers.admit(at(address)).unwrap();
        }
        assert!(strangers.admit(at("2001:db8::3")).is_err());
        strangers.admit(at("2001:db8:0:1::1")).unwrap();
        for address in ["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"] {
            strangers.admit(at(address)).unwrap();
        }
        assert!(strangers.admit(at("::ffff:192.0.2.1")).is_err());
    }

    #[test]
    fn a_crowd_takes_no_more_memory_and_turns_nobody_away() {
        let strangers = strangers(&Arc::default());
        for number in 0..5 * u128::try_from(MOST).unwrap() {
            let address = Ipv6Addr::from(number << 64);
            strangers.admit(address.into()).unwrap();
        }
        let seen = strangers.seen.lock().unwrap();
        assert!(seen.young.len() <= MOST && seen.old.len() <= MOST);
    }
}
