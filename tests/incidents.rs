//! Issuance incidents of other CAs, and what stops each here: the rule, its citation, its proof.
//!
//! The number is the incident's in `docs/incidents.md`, which has a line for each test of this
//! file. An incident that only a whole daemon or its store can show stands in [`elsewhere`] with
//! the tests that show it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed step is a failed test"
)]

#[path = "incidents/content.rs"]
mod content;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "linters/der.rs"]
mod der;
#[path = "incidents/elsewhere.rs"]
mod elsewhere;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "linters/issuer.rs"]
mod issuer;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "linters/leaf.rs"]
mod leaf;
#[path = "incidents/rules.rs"]
mod rules;
#[path = "incidents/stage.rs"]
mod stage;
