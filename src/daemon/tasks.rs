//! Work that nobody asked for: the lease, jobs, housekeeping. Nothing sleeps until a wall time;
//! each tick asks what is due.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::task::TaskTracker;

use super::{
    compose::{Ground, Parts},
    runners,
};
use crate::{lifecycle, services::lease::RENEWAL, telemetry::Telemetry};

const UPKEEP: Duration = Duration::from_secs(5);

/// Starts the background tasks; they end after `stop`, what they have begun finished.
pub fn start(ground: &Ground, parts: &Parts, telemetry: &Telemetry) -> TaskTracker {
    let tracker = TaskTracker::new();
    tracker.spawn(lease(ground.clone()));
    tracker.spawn(upkeep(ground.clone(), telemetry.clone()));
    if let Some(period) = lifecycle::watchdog() {
        tracker.spawn(watchdog(ground.clone(), period));
    }
    runners::start(ground, parts, &tracker);
    tracker
}

/// Calls `work` every `period` until the daemon stops.
pub async fn every<F, Fut>(ground: Ground, period: Duration, mut work: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = ()>,
{
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = ground.stop.cancelled() => return,
            _ = ticks.tick() => work().await,
        }
    }
}

/// The lease outlives the stop signal: running acts still need it.
async fn lease(ground: Ground) {
    let store = ground.durable();
    let clock = Arc::clone(&ground.outside.clock);
    let mut ticks = interval(RENEWAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let drained = async {
        ground.stop.cancelled().await;
        ground.acts.wait().await;
    };
    tokio::pin!(drained);
    loop {
        tokio::select! {
            () = &mut drained => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = ground.lease.renew(&store, &*clock).await {
            metrics::counter!("chancery_lease_failures_total").increment(1);
            tracing::error!(%error, "the lease could not be renewed");
        }
    }
}

async fn upkeep(ground: Ground, telemetry: Telemetry) {
    every(ground.clone(), UPKEEP, || async {
        telemetry.upkeep();
    })
    .await;
}

async fn watchdog(ground: Ground, period: Duration) {
    every(ground, period, || async { lifecycle::alive() }).await;
}
