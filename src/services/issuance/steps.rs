//! Where the time of an act goes, by the steps S1 to S9 of the design: wall time, and CPU time of
//! the thread the step runs on. What it makes other threads do (store, HSM) is not in the latter.
//! S1 and S9 are the listener's, and have no wall time of their own.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    time::Duration,
};

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

/// CPU time of a step that does not wait.
pub fn metered<T>(clock: &dyn Clock, step: &'static str, work: impl FnOnce() -> T) -> T {
    let begun = clock.thread_cpu();
    let done = work();
    count(step, clock.thread_cpu().saturating_sub(begun));
    done
}

/// CPU time of a step that waits in between: the sum over its polls.
pub async fn metered_polls<T>(
    clock: &dyn Clock,
    step: &'static str,
    work: impl Future<Output = T>,
) -> T {
    let (done, spent) = over_polls(clock, work).await;
    count(step, spent);
    done
}

async fn over_polls<T>(clock: &dyn Clock, work: impl Future<Output = T>) -> (T, Duration) {
    let mut work = pin!(work);
    let mut spent = Duration::ZERO;
    let done = poll_fn(|context| {
        let begun = clock.thread_cpu();
        let polled = work.as_mut().poll(context);
        spent += clock.thread_cpu().saturating_sub(begun);
        polled
    })
    .await;
    (done, spent)
}

/// A counter: a histogram of each step would keep thousands of samples a second.
fn count(step: &'static str, spent: Duration) {
    let spent = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX);
    metrics::counter!("chancery_issuance_cpu_nanoseconds_total", "step" => step).increment(spent);
}

/// Measures one step after another.
pub(super) struct Steps<'a> {
    pub(super) clock: &'a dyn Clock,
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

        fn thread_cpu(&self) -> Duration {
            self.monotonic()
        }

        async fn pause(&self, _: Duration) {}
    }

    #[tokio::test]
    async fn between_two_polls_nothing_is_spent() {
        let clock = Passing(1, AtomicU64::new(0));
        let work = async {
            tokio::task::yield_now().await;
            clock.monotonic();
            tokio::task::yield_now().await;
            "done"
        };
        // Each of three polls costs a millisecond, the look within the second one another.
        let spent = Duration::from_millis(4);
        assert_eq!(over_polls(&clock, work).await, ("done", spent));
    }

    #[test]
    fn what_the_rules_say_too_late_counts_for_nothing() {
        let run = |step| in_time(&Passing(step, AtomicU64::new(0)), || "passed");
        assert_eq!(run(1_000).unwrap(), "passed");
        assert_eq!(run(1_001).unwrap_err().code, "lint-timeout");
    }
}
