//! Certification requests as hostile input, without a daemon: our reading against x509-parser and
//! OpenSSL, and bytes of chance. `CHANCERY_CASES` sets how many cases each
//! property gets; `tests/fuzz` searches by coverage, with a nightly toolchain.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed step is a failed test"
)]

#[expect(dead_code, reason = "other suites use more of it")]
#[path = "linters/der.rs"]
mod der;
#[path = "requests/differential.rs"]
mod differential;
#[path = "support/hostile.rs"]
mod hostile;
#[path = "requests/properties.rs"]
mod properties;
