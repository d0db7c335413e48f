//! A clock that stands until it is moved.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use chancery::{domain::timestamp::Timestamp, ports::clock::Clock};

pub struct FakeClock {
    millis: AtomicI64,
}

impl FakeClock {
    pub fn at(text: &str) -> Self {
        let at: Timestamp = text.parse().expect("a date");
        Self {
            millis: AtomicI64::new(at.millis()),
        }
    }

    pub fn advance(&self, by: Duration) {
        self.step(i64::try_from(by.as_millis()).expect("a short time"));
    }

    /// Moves by milliseconds, also back.
    pub fn step(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        self.now().since(Timestamp::EPOCH)
    }

    fn thread_cpu(&self) -> Duration {
        self.monotonic()
    }

    /// Whoever pauses moves the time.
    async fn pause(&self, length: Duration) {
        self.advance(length);
        tokio::task::yield_now().await;
    }
}
