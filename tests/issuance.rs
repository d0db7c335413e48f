//! Issuance with a failure at each of its steps (reliability S1-S10): whatever fails, each serial
//! ends in exactly one known state, and the client's request in one certificate. Store and
//! decisions are real; the token and the store's answers are scripted.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set itself up fails at once"
)]

#[path = "issuance/caa.rs"]
mod caa;
#[path = "support/cabinet.rs"]
mod cabinet;
#[path = "support/clock.rs"]
mod clock;
#[path = "issuance/domains.rs"]
mod domains;
#[path = "support/entropy.rs"]
mod entropy;
#[path = "issuance/fates.rs"]
mod fates;
#[path = "issuance/faults.rs"]
mod faults;
#[path = "support/ground.rs"]
mod ground;
#[path = "issuance/lapse.rs"]
mod lapse;
#[path = "issuance/lint.rs"]
mod lint;
#[path = "issuance/lists.rs"]
mod lists;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/nameserver.rs"]
mod nameserver;
#[path = "issuance/periods.rs"]
mod periods;
#[path = "cases/person.rs"]
mod person;
#[path = "issuance/pinned.rs"]
mod pinned;
#[path = "issuance/reissue.rs"]
mod reissue;
#[path = "support/seal.rs"]
mod seal;
#[path = "issuance/stage.rs"]
mod stage;
#[path = "issuance/timers.rs"]
mod timers;
#[path = "issuance/token.rs"]
mod token;
#[path = "issuance/unrevoked.rs"]
mod unrevoked;
#[path = "cases/world.rs"]
mod world;
