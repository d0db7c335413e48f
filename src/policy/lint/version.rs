//! Which rules judged: stored with every intent, so that a certificate can be judged again by
//! what has changed since.

/// Raised with every change of a rule, a reader or an allowed warning; a test compares it with
/// the sources.
pub const VERSION: &str = "2026-11-23.4";
