//! CAA for mail (S/MIME BR 4.2.2.1): the resolver against a real, signed name server, and the
//! daemon on top of it.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by ending")]

#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/nameserver.rs"]
mod nameserver;

#[path = "caa/resolver.rs"]
mod resolver;
