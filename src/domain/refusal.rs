//! Why an act is refused, in a form that a frontend can act on.
//!
//! Codes are stable and part of the contract; the words in each language follow from them.

use std::time::Duration;

/// Who must do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Syntax or unknown member (400).
    Malformed,
    /// The role may not (403).
    Forbidden,
    /// Not there, or not yours (404).
    NotFound,
    /// The object's state forbids it (409).
    State,
    /// The object changed since it was read (412).
    Stale,
    /// Well-formed but not acceptable (422).
    Unacceptable,
    /// Too often (429).
    Limited { retry_after: Duration },
    /// HSM, database, audit or resolver trouble (503); nothing was changed.
    Unavailable { retry_after: Duration },
}

/// A fault in one member of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// RFC 6901 pointer into the body, for example `/registration_number`; empty for the whole.
    pub pointer: String,
    /// Stable code.
    pub code: &'static str,
}

/// A refused act.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("refused: {code}")]
pub struct Refused {
    pub class: Class,
    pub code: &'static str,
    /// All faults at once.
    pub faults: Vec<Fault>,
    /// For `step-blocked`: the codes of what is missing.
    pub blocked_by: Vec<&'static str>,
    /// The fault behind it for the log: never shown to the client.
    pub cause: Option<String>,
}

impl Refused {
    #[must_use]
    pub const fn new(class: Class, code: &'static str) -> Self {
        Self {
            class,
            code,
            faults: Vec::new(),
            blocked_by: Vec::new(),
            cause: None,
        }
    }

    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(Class::NotFound, "not-found")
    }

    /// 409 with this code.
    #[must_use]
    pub const fn state(code: &'static str) -> Self {
        Self::new(Class::State, code)
    }

    /// 422 with this code.
    #[must_use]
    pub const fn unacceptable(code: &'static str) -> Self {
        Self::new(Class::Unacceptable, code)
    }

    /// 403 with this code.
    #[must_use]
    pub const fn forbidden(code: &'static str) -> Self {
        Self::new(Class::Forbidden, code)
    }

    /// 412: the ETag, or the digest that was signed, is no longer the object's.
    #[must_use]
    pub const fn stale() -> Self {
        Self::new(Class::Stale, "precondition-failed")
    }

    /// 503 with this code, to be tried again in a few seconds.
    #[must_use]
    pub fn unavailable(code: &'static str, cause: impl ToString) -> Self {
        let class = Class::Unavailable {
            retry_after: Duration::from_secs(5),
        };
        Self {
            cause: Some(cause.to_string()),
            ..Self::new(class, code)
        }
    }

    /// Something of ours is down: another try may succeed.
    #[must_use]
    pub const fn is_trouble(&self) -> bool {
        matches!(self.class, Class::Unavailable { .. })
    }

    /// 422 `validation-failed` with every fault found; `Ok` when there is none.
    ///
    /// # Errors
    /// When `faults` is not empty.
    pub fn unless_clean(faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() {
            return Ok(());
        }
        Err(Self {
            faults,
            ..Self::unacceptable("validation-failed")
        })
    }

    /// 409 `step-blocked` with what is missing.
    #[must_use]
    pub fn step_blocked(blocked_by: Vec<&'static str>) -> Self {
        Self {
            blocked_by,
            ..Self::state("step-blocked")
        }
    }
}
