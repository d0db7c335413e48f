//! Our lint against the field's: what pkilint and we say of the same bytes, good and broken.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed step is a failed test"
)]

#[path = "linters/certificates.rs"]
mod certificates;
#[path = "linters/der.rs"]
mod der;
#[path = "linters/differential.rs"]
mod differential;
#[path = "linters/issuer.rs"]
mod issuer;
#[path = "linters/kinds.rs"]
mod kinds;
#[path = "linters/leaf.rs"]
mod leaf;
#[path = "linters/matrix.rs"]
mod matrix;
#[path = "linters/mutations.rs"]
mod mutations;
#[path = "linters/pkilint.rs"]
mod pkilint;
#[path = "linters/requests.rs"]
mod requests;
#[path = "linters/types.rs"]
mod types;
