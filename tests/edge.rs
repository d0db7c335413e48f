//! The edge of the running daemon, from outside: who gets in, what is refused and how, what is
//! answered twice the same, what a signal does.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails at once"
)]

#[path = "support/disk.rs"]
mod disk;
#[path = "edge/entrance.rs"]
mod entrance;
#[expect(dead_code, reason = "other suites use more of the shared instance")]
#[path = "support/instance.rs"]
mod instance;
#[path = "edge/lists.rs"]
mod lists;
#[path = "support/nameserver.rs"]
mod nameserver;
#[expect(dead_code, reason = "nobody signs for a case here")]
#[path = "support/person.rs"]
mod person;
#[path = "edge/process.rs"]
mod process;
#[path = "edge/profiles.rs"]
mod profiles;
#[path = "edge/public.rs"]
mod public;
#[path = "edge/registry.rs"]
mod registry;
#[path = "edge/requests.rs"]
mod requests;
