//! Values of answers on their way to facts: trimmed, bounded, and otherwise as they came.

use super::visit::Trouble;
use crate::domain::register::{Fact, MOST_FACTS, OtherNumber, Stamp};

/// A value that must be there.
///
/// # Errors
/// [`Trouble::Drift`] when it is empty, too long or holds control characters.
pub fn needed(name: &str, text: &str) -> Result<Fact, Trouble> {
    optional(name, Some(text))?.ok_or_else(|| Trouble::Drift(format!("{name} is empty")))
}

/// A value that may be missing or empty. Line breaks become commas.
///
/// # Errors
/// As [`needed`].
pub fn optional(name: &str, text: Option<&str>) -> Result<Option<Fact>, Trouble> {
    let lines = text.unwrap_or_default().lines().map(str::trim);
    let text = lines.filter(|line| !line.is_empty());
    let text = text.collect::<Vec<_>>().join(", ");
    if text.is_empty() {
        return Ok(None);
    }
    let fact = Fact::parse(&text);
    fact.map(Some)
        .map_err(|error| Trouble::Drift(format!("{name} {error}")))
}

/// Several values.
///
/// # Errors
/// As [`needed`], or when there are too many.
pub fn several<'a>(name: &str, texts: impl Iterator<Item = &'a str>) -> Result<Vec<Fact>, Trouble> {
    let mut facts = Vec::new();
    for text in texts {
        if facts.len() == MOST_FACTS {
            return Err(Trouble::Drift(format!("{name} has too many values")));
        }
        facts.extend(optional(name, Some(text))?);
    }
    Ok(facts)
}

/// Values in one line, without those that are not there.
///
/// # Errors
/// As [`needed`].
pub fn joined(name: &str, parts: &[Option<&str>]) -> Result<Option<Fact>, Trouble> {
    let parts = parts.iter().flatten().map(|part| part.trim());
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    optional(name, Some(&parts.join(" ")))
}

/// A further number of the organisation.
///
/// # Errors
/// As [`needed`].
pub fn number(kind: &'static str, text: Option<&str>) -> Result<Option<OtherNumber>, Trouble> {
    let number = optional(kind, text)?;
    let kind = needed("kind", kind)?;
    Ok(number.map(|number| OtherNumber { kind, number }))
}

/// A register's mark of its answer. One that cannot be kept is no fault of the facts.
pub fn stamp(name: &'static str, text: Option<&str>) -> Option<Stamp> {
    let value = optional(name, text).ok()??;
    Some(Stamp { name, value })
}

/// # Errors
/// [`Trouble::Drift`] when the answer is about another number.
pub fn same_number(name: &str, asked: &str, answered: &str) -> Result<Fact, Trouble> {
    if asked == answered {
        needed(name, answered)
    } else {
        Err(Trouble::Drift(format!(
            "{name} is not the number asked for"
        )))
    }
}
