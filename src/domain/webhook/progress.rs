//! How far delivery to an endpoint has come, and what came of the last try. Bookkeeping: no entry
//! of the log has it.

use std::time::Duration;

use crate::domain::timestamp::Timestamp;

/// After so long without a delivery an endpoint is disabled.
pub const PATIENCE: Duration = Duration::from_secs(3 * 24 * 3600);
/// Without a try for so long it was we who were away: the longest rest between two is an hour.
const AWAY: Duration = Duration::from_secs(2 * 3600);

/// What came of one try to reach an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A status of 200 to 299.
    Delivered,
    /// Another status.
    Refused,
    /// Redirects are not followed.
    Redirected,
    /// The host's name has no address.
    Unresolved,
    /// The configuration does not let us go there.
    Forbidden,
    Unconnected,
    /// TLS: wrong name, untrusted, expired, too old.
    Untrusted,
    Timeout,
    /// No whole answer.
    Broken,
    /// An answer to a challenge without the challenge in it.
    NotEchoed,
}

impl Outcome {
    pub const ALL: [Self; 10] = [
        Self::Delivered,
        Self::Refused,
        Self::Redirected,
        Self::Unresolved,
        Self::Forbidden,
        Self::Unconnected,
        Self::Untrusted,
        Self::Timeout,
        Self::Broken,
        Self::NotEchoed,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Redirected => "redirected",
            Self::Unresolved => "unresolved",
            Self::Forbidden => "forbidden",
            Self::Unconnected => "unconnected",
            Self::Untrusted => "untrusted",
            Self::Timeout => "timeout",
            Self::Broken => "broken",
            Self::NotEchoed => "not_echoed",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// The last try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub at: Timestamp,
    pub outcome: Outcome,
    /// HTTP status, where there was one.
    pub status: Option<u16>,
}

/// How far delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The round it was booked in.
    pub round: u32,
    /// Position of the last line that was delivered or is not wanted.
    pub delivered: i64,
    /// Tries in a row that came to nothing.
    pub failures: u32,
    pub failing_since: Option<Timestamp>,
    pub last: Option<Attempt>,
}

impl Progress {
    /// After a try to deliver. Time in which nobody tried is not the endpoint's: after it the
    /// failing begins anew.
    #[must_use]
    pub fn tried(self, attempt: Attempt) -> Self {
        let were_away = |last: Attempt| attempt.at.since(last.at) >= AWAY;
        if !self.last.is_some_and(were_away) {
            return self.counted(attempt);
        }
        let anew = Self {
            failures: 0,
            failing_since: None,
            ..self
        };
        anew.counted(attempt)
    }

    /// After a challenge. However long nobody sent one: those that were sent were sent.
    #[must_use]
    pub fn challenged(self, attempt: Attempt) -> Self {
        self.counted(attempt)
    }

    fn counted(self, attempt: Attempt) -> Self {
        let is_good = attempt.outcome == Outcome::Delivered;
        let since = self.failing_since.unwrap_or(attempt.at);
        Self {
            failures: if is_good {
                0
            } else {
                self.failures.saturating_add(1)
            },
            failing_since: (!is_good).then_some(since),
            last: Some(attempt),
            ..self
        }
    }

    /// Whether nothing was taken for too long.
    #[must_use]
    pub fn is_hopeless(&self, now: Timestamp) -> bool {
        self.failing_since
            .is_some_and(|since| now.since(since) >= PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::backoff;

    const NEW: Progress = Progress {
        round: 1,
        delivered: 7,
        failures: 0,
        failing_since: None,
        last: None,
    };

    fn at(hours: u64) -> Timestamp {
        Timestamp::EPOCH.plus(Duration::from_secs(hours * 3600))
    }

    fn attempt(outcome: Outcome, hours: u64) -> Attempt {
        Attempt {
            at: at(hours),
            outcome,
            status: None,
        }
    }

    #[test]
    fn three_days_without_a_delivery_are_too_many_and_one_delivery_ends_them() {
        let refused = |hours| attempt(Outcome::Refused, hours);
        let failing = (1..=70).map(refused).fold(NEW, Progress::tried);
        assert_eq!((failing.failures, failing.failing_since), (70, Some(at(1))));
        assert!(!failing.is_hopeless(at(72)) && failing.is_hopeless(at(73)));
        let good = failing.tried(attempt(Outcome::Delivered, 71));
        assert!(good.failures == 0 && !good.is_hopeless(at(1000)));
    }

    /// The whole ladder: rarer and rarer, never so rare that it counts as ours, and given up with the
    /// first try at the end of the third day.
    #[test]
    fn an_endpoint_is_tried_for_three_days_however_often_that_is() {
        let edge = NEW.tried(attempt(Outcome::Refused, 0));
        let end = at(72);
        assert!(!edge.is_hopeless(end.minus(Duration::from_millis(1))));
        assert!(edge.is_hopeless(end));
        let (mut progress, mut now, mut tries) = (NEW, at(0), 0);
        loop {
            progress = progress.tried(Attempt {
                at: now,
                outcome: Outcome::Refused,
                status: None,
            });
            tries += 1;
            assert_eq!(progress.failures, tries, "the failing began once");
            if progress.is_hopeless(now) {
                break;
            }
            now = now.plus(backoff(progress.failures));
        }
        let hour = Duration::from_secs(3600);
        assert!((end..end.plus(hour)).contains(&now), "{now}");
        assert_eq!((tries, progress.failing_since), (77, Some(at(0))));
    }

    #[test]
    fn time_in_which_nobody_tried_is_not_the_endpoints() {
        let failing = NEW.tried(attempt(Outcome::Refused, 0));
        let soon = failing.tried(attempt(Outcome::Timeout, 1));
        assert_eq!((soon.failures, soon.failing_since), (2, Some(at(0))));
        let late = soon.tried(attempt(Outcome::Timeout, 3));
        assert_eq!((late.failures, late.failing_since), (1, Some(at(3))));
        // A challenge that was sent long ago was sent all the same.
        let challenged = soon.challenged(attempt(Outcome::NotEchoed, 100));
        assert_eq!(challenged.failures, 3);
    }
}
