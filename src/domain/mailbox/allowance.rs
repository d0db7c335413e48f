//! How many codes go out in an hour for one owner, for one frontend, and to the addresses of one
//! mail domain (flows 5.5): who has many customers may otherwise mail thousands of strangers at a
//! time.
//!
//! Counted is what was queued: the mails themselves are the count. Hours are those of the clock, so
//! that when it goes on says nothing of when others sent.

use std::time::Duration;

use crate::domain::{
    refusal::{Class, Refused},
    timestamp::Timestamp,
};

const HOUR: Duration = Duration::from_secs(3600);

/// Mails with codes in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// For one owner: a frontend and its customer.
    pub owner: u32,
    /// For one frontend, over all its customers.
    pub frontend: u32,
    /// To one mail domain, over all owners.
    pub domain: u32,
}

/// The hour of the clock that an instant lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour(Timestamp);

impl Hour {
    #[must_use]
    pub fn of(now: Timestamp) -> Self {
        let into = now.millis().rem_euclid(3_600_000);
        Self(Timestamp::from_millis(now.millis() - into))
    }

    #[must_use]
    pub const fn begins(self) -> Timestamp {
        self.0
    }

    /// The refusal of another mail in this hour, the same whichever allowance is used up.
    #[must_use]
    pub fn used_up(self, now: Timestamp) -> Refused {
        let retry_after = self.0.plus(HOUR).since(now);
        Refused::new(Class::Limited { retry_after }, "resend-too-soon")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_ends_on_the_clock() {
        let now: Timestamp = "2026-11-23T15:59:59.250Z".parse().unwrap();
        let hour = Hour::of(now);
        assert_eq!(hour.begins().to_string(), "2026-11-23T15:00:00.000Z");
        assert_eq!(Hour::of(hour.begins()), hour);
        let limited = |millis| Class::Limited {
            retry_after: Duration::from_millis(millis),
        };
        assert_eq!(hour.used_up(now).class, limited(750));
        assert_eq!(hour.used_up(hour.begins()).class, limited(3_600_000));
    }
}
