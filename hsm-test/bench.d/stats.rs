//! Clocks and counters of the measurement.

use std::{
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

/// Time since it was started.
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "a measurement reads the clock; the product takes ports::Clock"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The `share` (0 to 100) of `sorted` latencies lies at or under the result.
pub fn percentile(sorted: &[Duration], share: usize) -> Duration {
    let place = (sorted.len() * share).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

/// User and system time a process has used, from `/proc/PID/stat`; a tick is 10 ms.
pub fn cpu_time(pid: u32) -> Result<Duration> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).context("the daemon has gone")?;
    // The command's name may hold spaces; what follows its closing parenthesis does not.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = |n: usize| fields.split_whitespace().nth(n)?.parse::<u64>().ok();
    let total = ticks(11).zip(ticks(12)).map(|(user, system)| user + system);
    Ok(Duration::from_millis(10 * total.context("/proc/PID/stat")?))
}
