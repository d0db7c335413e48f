//! A new piece of evidence.

use super::fault;
use crate::domain::{document::Document, refusal::Refused, timestamp::Timestamp};

/// Longest content, in bytes.
pub const MAX_CONTENT: usize = 32 * 1024;

/// Judges what is to be recorded: text, or one of the data set's documents; never both, never
/// from the future.
///
/// # Errors
/// 422 `validation-failed` with every fault.
pub fn judge(
    content: Option<&str>,
    named: bool,
    document: Option<&Document>,
    obtained_at: Timestamp,
    now: Timestamp,
) -> Result<(), Refused> {
    let mut faults = Vec::new();
    match (content, named) {
        (None, false) => faults.push(fault("/content", "member-missing")),
        (Some(_), true) => faults.push(fault("/document_id", "content-and-document")),
        (None, true) if document.is_none() => {
            faults.push(fault("/document_id", "document-unknown"));
        }
        _ => {}
    }
    if let Some(content) = content {
        if content.trim().is_empty() {
            faults.push(fault("/content", "member-missing"));
        }
        if content.len() > MAX_CONTENT {
            faults.push(fault("/content", "too-long"));
        }
        let hidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        if content.chars().any(hidden) {
            faults.push(fault("/content", "characters-not-allowed"));
        }
    }
    if obtained_at > now {
        faults.push(fault("/obtained_at", "date-in-future"));
    }
    Refused::unless_clean(faults)
}
