//! Problem documents (RFC 9457): what a client is told when it does not get what it asked for.
//!
//! The code is the contract; the words follow from it (`problem/texts.rs`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{
    product::Localized,
    refusal::{Class, Fault, Refused},
    text::Language,
};

pub mod texts;

/// Media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A text in both languages of the CA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bilingual {
    pub en: String,
    pub pl: String,
}

impl Bilingual {
    /// The text of a code; the code itself when it has none.
    #[must_use]
    pub fn of_code(code: &str) -> Self {
        Self {
            en: texts::text(Language::English, code).to_owned(),
            pl: texts::text(Language::Polish, code).to_owned(),
        }
    }
}

impl From<&Localized> for Bilingual {
    fn from(text: &Localized) -> Self {
        Self {
            en: text.en.clone(),
            pl: text.pl.clone(),
        }
    }
}

/// A fault in one member of the request.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProblemError {
    /// RFC 6901 pointer into the body; for a query or a header its name after `/`.
    pub pointer: String,
    /// Stable code.
    pub code: String,
    pub message: Bilingual,
}

/// A problem document.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:chancery:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code in English words.
    pub title: String,
    pub status: u16,
    /// The code in the words of the request's Accept-Language.
    pub detail: String,
    /// Path of the request.
    pub instance: String,
    /// Stable code.
    pub code: String,
    pub message: Bilingual,
    /// All faults found.
    pub errors: Vec<ProblemError>,
    /// For `step-blocked`: codes of what is missing.
    pub blocked_by: Vec<String>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    pub request_id: String,
}

/// Where a problem arose.
#[derive(Clone, Debug)]
pub struct Occasion<'a> {
    /// Path of the request.
    pub instance: &'a str,
    pub request_id: &'a str,
    pub language: Language,
}

impl Problem {
    /// The document of a refusal, with the status of its class.
    #[must_use]
    pub fn of(refused: &Refused, on: &Occasion<'_>) -> Self {
        Self::with_status(status(&refused.class), refused, on)
    }

    /// The same with another status, for refusals that only HTTP knows (413, 415, 428 …).
    #[must_use]
    pub fn with_status(status: u16, refused: &Refused, on: &Occasion<'_>) -> Self {
        let message = Bilingual::of_code(refused.code);
        Self {
            kind: format!("urn:chancery:problem:{}", refused.code),
            title: message.en.clone(),
            status,
            detail: texts::text(on.language, refused.code).to_owned(),
            instance: on.instance.to_owned(),
            code: refused.code.to_owned(),
            message,
            errors: refused.faults.iter().map(error).collect(),
            blocked_by: refused.blocked_by.iter().map(ToString::to_string).collect(),
            retryable: is_retryable(refused),
            request_id: on.request_id.to_owned(),
        }
    }
}

/// A stored code as a refusal carries it; `None` for one that this program does not know.
#[must_use]
pub fn known_code(code: &str) -> Option<&'static str> {
    texts::code(code)
}

/// The status of a class of refusals (contract, HTTP).
#[must_use]
pub const fn status(class: &Class) -> u16 {
    match class {
        Class::Malformed => 400,
        Class::Forbidden => 403,
        Class::NotFound => 404,
        Class::State => 409,
        Class::Stale => 412,
        Class::Unacceptable => 422,
        Class::Limited { .. } => 429,
        Class::Unavailable { .. } => 503,
    }
}

/// Whole seconds for Retry-After, at least one.
#[must_use]
pub fn retry_after(class: &Class) -> Option<u64> {
    match class {
        Class::Limited { retry_after } | Class::Unavailable { retry_after } => {
            let part = u64::from(retry_after.subsec_nanos() > 0);
            Some(retry_after.as_secs().saturating_add(part).max(1))
        }
        _ => None,
    }
}

fn is_retryable(refused: &Refused) -> bool {
    matches!(
        refused.class,
        Class::Limited { .. } | Class::Unavailable { .. }
    ) || refused.code == "idempotency-in-progress"
}

fn error(fault: &Fault) -> ProblemError {
    ProblemError {
        pointer: fault.pointer.clone(),
        code: fault.code.to_owned(),
        message: Bilingual::of_code(fault.code),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_refusal_becomes_a_document_with_words_in_both_languages() {
        let refused = Refused {
            faults: vec![Fault {
                pointer: "/alias".to_owned(),
                code: "unknown-member",
            }],
            ..Refused::step_blocked(vec!["email-not-verified"])
        };
        let on = Occasion {
            instance: "/v1/orders",
            request_id: "r1",
            language: Language::Polish,
        };
        let problem = Problem::of(&refused, &on);
        assert_eq!(problem.status, 409);
        assert_eq!(problem.kind, "urn:chancery:problem:step-blocked");
        assert_eq!(problem.detail, problem.message.pl);
        assert_ne!(problem.message.en, problem.message.pl);
        assert_eq!(problem.blocked_by, ["email-not-verified"]);
        assert!(!problem.retryable);
        let back: Problem =
            serde_json::from_str(&serde_json::to_string(&problem).unwrap()).unwrap();
        assert_eq!(back.errors.first().unwrap().pointer, "/alias");
    }

    #[test]
    fn waiting_is_rounded_up() {
        let class = |millis| Class::Limited {
            retry_after: Duration::from_millis(millis),
        };
        assert_eq!(retry_after(&class(0)), Some(1));
        assert_eq!(retry_after(&class(1001)), Some(2));
        assert_eq!(retry_after(&Class::NotFound), None);
    }
}
