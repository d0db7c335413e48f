//! Where the time of an act goes, by the steps S1 to S8 of the design.

use std::time::Duration;

use crate::ports::clock::Clock;

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
