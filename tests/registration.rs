//! Orders, data sets, documents and notifications on a real store, as frontends use them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up fails at once"
)]

#[path = "support/cabinet.rs"]
mod cabinet;
#[path = "support/clock.rs"]
mod clock;
#[path = "registration/data.rs"]
mod data;
#[path = "support/entropy.rs"]
mod entropy;
#[path = "support/ground.rs"]
mod ground;
#[path = "registration/lapse.rs"]
mod lapse;
#[path = "registration/orders.rs"]
mod orders;
#[path = "registration/papers.rs"]
mod papers;
#[path = "registration/ready.rs"]
mod ready;
#[path = "registration/retention.rs"]
mod retention;
#[path = "registration/running.rs"]
mod running;
#[path = "registration/scans.rs"]
mod scans;
#[path = "support/seal.rs"]
mod seal;
#[path = "registration/sweeping.rs"]
mod sweeping;
#[path = "registration/world.rs"]
mod world;
