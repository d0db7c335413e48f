//! A rest for a register that keeps failing: it is not asked for a while, then once.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Failures in a row before the first rest.
const PATIENCE: u32 = 5;
/// A rest, unless the register asks for another.
const REST: Duration = Duration::from_secs(60);
/// Between two tries after a rest, as long as none has succeeded.
const TRIAL: Duration = Duration::from_secs(15);

/// The state of one register. Times are of the monotonic clock.
#[derive(Default)]
pub struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    rests_until: Option<Duration>,
}

impl Breaker {
    /// Whether the register may be asked now.
    ///
    /// # Errors
    /// How long it still rests.
    pub fn admits(&self, now: Duration) -> Result<(), Duration> {
        let mut state = self.state();
        match state.rests_until {
            None => Ok(()),
            Some(until) if now < until => Err(until.saturating_sub(now)),
            Some(_) => {
                state.rests_until = Some(now.saturating_add(TRIAL));
                Ok(())
            }
        }
    }

    /// It answered.
    pub fn succeeded(&self) {
        *self.state() = State::default();
    }

    /// It did not; `wanted` is the rest it asked for. Returns the rest it gets.
    pub fn failed(&self, now: Duration, wanted: Option<Duration>) -> Option<Duration> {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        let rest = wanted.or_else(|| (state.failures >= PATIENCE).then_some(REST))?;
        state.rests_until = Some(now.saturating_add(rest));
        Some(rest)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn five_failures_bring_a_rest_and_one_trial_ends_it() {
        let breaker = Breaker::default();
        for _ in 0..4 {
            assert_eq!(breaker.failed(at(0), None), None);
            assert_eq!(breaker.admits(at(0)), Ok(()));
        }
        assert_eq!(breaker.failed(at(0), None), Some(REST));
        assert_eq!(breaker.admits(at(59)), Err(at(1)));
        assert_eq!(breaker.admits(at(60)), Ok(()));
        assert_eq!(breaker.admits(at(60)), Err(TRIAL));
        breaker.succeeded();
        assert_eq!(breaker.admits(at(60)), Ok(()));
        assert_eq!(breaker.failed(at(60), None), None);
    }

    #[test]
    fn a_register_gets_the_rest_it_asks_for() {
        let breaker = Breaker::default();
        assert_eq!(breaker.failed(at(0), Some(at(180))), Some(at(180)));
        assert_eq!(breaker.admits(at(100)), Err(at(80)));
        assert_eq!(breaker.admits(at(180)), Ok(()));
    }
}
