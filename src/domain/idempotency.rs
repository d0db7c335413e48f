//! The same request with the same Idempotency-Key gives one act and one answer.

use super::owner::{IdentityName, Owner};

/// Scope of a key: identity + owner + key (contract, HTTP).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    pub identity: IdentityName,
    pub owner: Owner,
    pub key: String,
}

/// The row that the act's first unit inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyClaim {
    pub key: IdempotencyKey,
    /// SHA-256 over method, path and body.
    pub request_sha256: [u8; 32],
    /// The act behind it, by the id of the object it makes or changes.
    pub act: String,
}

/// The bytes of an answer, rendered before the commit that stores them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub etag: Option<String>,
    pub body: Vec<u8>,
}

/// A claim as found, with the answer once the act has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRequest {
    pub claim: IdempotencyClaim,
    pub answer: Option<Answer>,
}
