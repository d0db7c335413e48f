//! What every use case does with a request: idempotency, preconditions, and another try when
//! the ground moved.

use std::future::Future;

use crate::{
    domain::{
        aggregate::Version,
        idempotency::{Answer, IdempotencyClaim},
        refusal::Refused,
        unit::{CommitError, UniqueKey, Unit},
    },
    ports::{entropy::EntropyFailed, store::StoreError},
};

/// How often a use case is judged again before it answers 503 (design 5).
const TRIES: u8 = 3;

/// An idempotent request whose answer for a result `T` is known before the commit.
pub struct Request<T> {
    pub claim: IdempotencyClaim,
    /// Renders the answer that is stored and replayed byte for byte.
    pub render: Box<dyn Fn(&T) -> Answer + Send + Sync>,
}

impl<T> Request<T> {
    /// Names the object that the act makes; routes with an id in the path have named it already.
    #[must_use]
    pub fn about(mut self, id: impl ToString) -> Self {
        self.claim.act = id.to_string();
        self
    }

    /// Puts claim and answer into the unit that begins and ends the act.
    #[must_use]
    pub fn complete(&self, unit: Unit, result: &T) -> Unit {
        unit.claims(self.claim.clone())
            .answers(self.claim.key.clone(), (self.render)(result))
    }
}

/// Refuses when the client's If-Match names another version.
///
/// # Errors
/// 412 `precondition-failed`.
pub fn require_version(found: Version, expected: Option<Version>) -> Result<(), Refused> {
    match expected {
        Some(version) if version != found => Err(Refused::stale()),
        _ => Ok(()),
    }
}

/// Why one try of a use case ended.
#[derive(Debug)]
pub enum Stopped {
    Refused(Refused),
    /// Load and decide again.
    Conflict,
}

impl From<Refused> for Stopped {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<EntropyFailed> for Stopped {
    fn from(error: EntropyFailed) -> Self {
        Self::Refused(error.into())
    }
}

impl From<CommitError> for Stopped {
    fn from(error: CommitError) -> Self {
        match error {
            // Lapsed: what was judged fresh no longer is; the next try says which evidence ended.
            CommitError::Conflict | CommitError::Lapsed => Self::Conflict,
            CommitError::Exists(UniqueKey::Idempotency) => {
                Self::Refused(Refused::state("idempotency-in-progress"))
            }
            CommitError::Exists(_) => Self::Conflict,
            CommitError::Unavailable(cause) => {
                Self::Refused(Refused::unavailable("store-unavailable", cause))
            }
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::unavailable("store-unavailable", error)
    }
}

impl From<EntropyFailed> for Refused {
    fn from(error: EntropyFailed) -> Self {
        Self::unavailable("entropy-unavailable", error)
    }
}

/// Runs a use case from its load to its commit, again on a conflict.
///
/// # Errors
/// The use case's refusal, or 503 `store-busy` when it lost the race every time.
pub async fn decide<T, F, Fut>(mut attempt: F) -> Result<T, Refused>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, Stopped>>,
{
    for _ in 0..TRIES {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(Stopped::Refused(refused)) => return Err(refused),
            Err(Stopped::Conflict) => {}
        }
    }
    Err(Refused::unavailable(
        "store-busy",
        "the state changed at every try",
    ))
}
