//! A clock that stands until it is moved.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

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
        let by = i64::try_from(by.as_millis()).expect("a short time");
        self.millis.fetch_add(by, Ordering::SeqCst);
    }

    pub fn back(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).expect("a short time");
        self.millis.fetch_sub(by, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        self.now().since(Timestamp::EPOCH)
    }
}
