//! Certification requests that must be refused, each with the code that says why, and requests
//! whose wishes must have no effect. Made here from a tree of DER that shares nothing with the
//! product, so the list is the same in each run up to the random numbers of ECDSA.

use std::{fs, path::Path};

use crate::der::Der;

#[path = "hostile/armour.rs"]
mod armour;
#[path = "hostile/forms.rs"]
mod forms;
#[path = "hostile/keys.rs"]
mod keys;
#[path = "hostile/maker.rs"]
pub mod maker;
#[path = "hostile/wishes.rs"]
mod wishes;

pub use wishes::{greedy, stripped};

/// A text no certificate may come from.
pub struct Hostile {
    pub name: String,
    pub text: String,
    /// The one code it must be refused with.
    pub code: &'static str,
}

pub const MALFORMED: &str = "csr-malformed";
pub const NOT_PEM: &str = "csr-not-pem";
pub const CERTIFICATE: &str = "csr-is-certificate";
pub const PRIVATE_KEY: &str = "csr-contains-private-key";
pub const SIGNATURE: &str = "csr-signature-invalid";
pub const ALGORITHM: &str = "csr-algorithm-unsupported";
pub const CURVE: &str = "csr-curve-unsupported";
pub const EXPONENT: &str = "csr-exponent-invalid";
pub const TOO_SMALL: &str = "csr-key-too-small";
pub const TOO_LARGE: &str = "csr-key-too-large";
pub const WEAK: &str = "csr-key-weak";

/// The whole list.
pub fn all() -> Vec<Hostile> {
    [forms::all(), keys::all(), armour::all()]
        .into_iter()
        .flatten()
        .collect()
}

impl Hostile {
    fn text(name: impl Into<String>, code: &'static str, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            code,
        }
    }

    fn der(name: impl Into<String>, code: &'static str, der: &[u8]) -> Self {
        Self::text(name, code, maker::pem(maker::REQUEST, der))
    }

    fn tree(name: impl Into<String>, code: &'static str, tree: &Der) -> Self {
        Self::der(name, code, &tree.encode())
    }
}

/// A request of `tests/fixtures/csr/good`.
fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/csr/good");
    fs::read_to_string(folder.join(name)).unwrap()
}
