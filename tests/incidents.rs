//! Issuance incidents of other CAs, and what stops each here: the rule, its citation, its proof.
//!
//! The number is the incident's in `docs/incidents.md`, which has a line for each test of this
//! file. What only a whole issuance can show is played in [`scenes`], on the stage of the suite
//! `issuance`: a store on a disk, real decisions, a token and answers of the store by script.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed step is a failed test"
)]

#[path = "support/cabinet.rs"]
mod cabinet;
#[path = "support/clock.rs"]
mod clock;
#[path = "incidents/content.rs"]
mod content;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "linters/der.rs"]
mod der;
#[path = "incidents/document.rs"]
mod document;
#[path = "support/entropy.rs"]
mod entropy;
#[expect(dead_code, reason = "the suite of issuance uses more of it")]
#[path = "issuance/fates.rs"]
mod fates;
#[path = "support/ground.rs"]
mod ground;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "linters/issuer.rs"]
mod issuer;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "linters/leaf.rs"]
mod leaf;
#[path = "incidents/made.rs"]
mod made;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/nameserver.rs"]
mod nameserver;
#[path = "cases/person.rs"]
mod person;
#[path = "incidents/rules.rs"]
mod rules;
#[path = "incidents/scenes.rs"]
mod scenes;
#[path = "support/seal.rs"]
mod seal;
#[expect(dead_code, reason = "the suite of issuance uses more of it")]
#[path = "issuance/stage.rs"]
mod stage;
#[expect(dead_code, reason = "the suite of issuance uses more of it")]
#[path = "issuance/token.rs"]
mod token;
#[expect(dead_code, reason = "the suites of cases and issuance use more of it")]
#[path = "cases/world.rs"]
mod world;
