//! Why a client command ends without success, and its exit status.

use crate::api::problem::Problem;

/// Refused is 1; what cannot be read or reached is 2, like wrong usage (contract, Programs).
#[derive(Debug)]
pub enum Fault {
    /// The daemon's word.
    Refused(Box<Problem>),
    /// A finding of the command itself.
    Finding(String),
    /// A file or the daemon cannot be read.
    Unreadable(String),
}

impl Fault {
    /// A failed operation and what lies behind it.
    pub fn unreadable(what: impl ToString, why: impl ToString) -> Self {
        Self::Unreadable(format!("{}: {}", what.to_string(), why.to_string()))
    }

    #[must_use]
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::Finding(_) => 1,
            Self::Unreadable(_) => 2,
        }
    }

    /// In plain English, one line a fault.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Finding(text) | Self::Unreadable(text) => text.clone(),
            Self::Refused(problem) => refusal(problem),
        }
    }
}

fn refusal(problem: &Problem) -> String {
    let mut lines = vec![format!(
        "refused: {} ({}, {})",
        problem.message.en, problem.status, problem.code
    )];
    for error in &problem.errors {
        let place = if error.pointer.is_empty() {
            "the request"
        } else {
            &error.pointer
        };
        lines.push(format!("  {place}: {} ({})", error.message.en, error.code));
    }
    if !problem.blocked_by.is_empty() {
        lines.push(format!("  missing: {}", problem.blocked_by.join(", ")));
    }
    if problem.retryable {
        lines.push("  the same command may succeed later".to_owned());
    }
    lines.push(format!("  request {}", problem.request_id));
    lines.join("\n")
}
