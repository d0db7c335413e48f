//! CAA for mail (S/MIME BR 4.2.2.1): the resolver against a real, signed name server, and the
//! daemon on top of it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by ending"
)]

#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/nameserver.rs"]
mod nameserver;

#[path = "caa/resolver.rs"]
mod resolver;
#[path = "caa/slow.rs"]
mod slow;
#[path = "support/slow_nameserver.rs"]
mod slow_nameserver;
