//! Where the time of an act goes, by the steps S1 to S8 of the design.

use std::time::Duration;

use crate::{domain::refusal::Refused, ports::clock::Clock};

/// A lint that takes longer is no lint: it takes a twentieth of a millisecond (docs/measurements.md).
const LINT_TIME: Duration = Duration::from_secs(1);

/// Runs the rules; what they say late counts for nothing (fail closed).
///
/// # Errors
/// 503 `lint-timeout`.
pub(super) fn in_time<T>(clock: &dyn Clock, lint: impl FnOnce() -> T) -> Result<T, Refused> {
    let begun = clock.monotonic();
    let said = lint();
    let took = clock.monotonic().saturating_sub(begun);
    if took > LINT_TIME {
        let cause = format!("the rules took {} ms", took.as_millis());
        return Err(Refused::unavailable("lint-timeout", cause));
    }
    Ok(said)
}

/// Measures one step after another.
pub(super) struct Steps<'a> {
    clock: &'a dyn Clock,
    since: Duration,
}

impl<'a> Steps<'a> {
    pub(super) fn start(clock: &'a dyn Clock) -> Self {
        Self {
            clock,
            since: clock.monotonic(),
        }
    }

    /// The step that ends here.
    pub(super) fn end(&mut self, step: &'static str) {
        let now = self.clock.monotonic();
        let took = now.saturating_sub(self.since);
        self.since = now;
        metrics::histogram!("chancery_issuance_duration_seconds", "step" => step)
            .record(took.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use async_trait::async_trait;

    use super::*;
    use crate::domain::timestamp::Timestamp;

    /// Each look finds it later by so many milliseconds.
    struct Passing(u64, AtomicU64);

    #[async_trait]
    impl Clock for Passing {
        fn now(&self) -> Timestamp {
            Timestamp::EPOCH
        }

        fn monotonic(&self) -> Duration {
            Duration::from_millis(self.1.fetch_add(self.0, Ordering::Relaxed))
        }

        async fn pause(&self, _: Duration) {}
    }

    #[test]
    fn what_the_rules_say_too_late_counts_for_nothing() {
        let run = |step| in_time(&Passing(step, AtomicU64::new(0)), || "passed");
        assert_eq!(run(1_000).unwrap(), "passed");
        assert_eq!(run(1_001).unwrap_err().code, "lint-timeout");
    }
}
