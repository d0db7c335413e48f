//! The oracle: reads a database, changes nothing, and says what in it cannot be.
//!
//! It shares the tree and the entry format with the committer but none of its decisions, and
//! works beside a running daemon, on the state of one instant.

mod lists;
mod log;
mod serials;

use std::{
    collections::{HashMap, HashSet},
    fmt,
    path::Path,
};

use super::{
    OpenError,
    connection::{DatabaseError, Snapshot},
    schema,
};

/// Rows read at a time.
const PAGE: u32 = 1000;

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// What it is about, for example `intent issuing-g1/0aff`.
    pub object: String,
    /// What does not hold.
    pub rule: &'static str,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.rule)
    }
}

/// What was looked at and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub entries: u64,
    pub intents: u64,
    pub certificates: u64,
    pub revoked: u64,
    pub revocation_lists: u64,
    /// Empty when all holds.
    pub violations: Vec<Violation>,
}

/// The database cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("reading the database")]
    Database(#[from] DatabaseError),
}

/// Judges the whole database.
///
/// # Errors
/// When it cannot be read or is of another schema.
pub async fn verify(path: &Path) -> Result<Report, Unreadable> {
    if !path.exists() {
        return Err(OpenError::Missing(path.to_owned()).into());
    }
    schema::check(path).await?;
    let mut snapshot = Snapshot::open(path).await?;
    let mut findings = Findings::default();
    let told = log::check(&mut snapshot, &mut findings).await?;
    let serials = serials::check(&mut snapshot, &told, &mut findings).await?;
    lists::check(&mut snapshot, &serials, &told, &mut findings).await?;
    Ok(findings.report)
}

/// What the audit log says about serials, in hex.
#[derive(Debug, Default)]
struct Told {
    /// SHA-256 of the TBS by serial.
    intents: HashMap<String, String>,
    issued: HashSet<String>,
    unresolved: HashSet<String>,
    /// Digests of recorded TBSCertLists by `issuer/partition/number`.
    lists: HashMap<String, String>,
}

/// A report as it grows.
#[derive(Default)]
struct Findings {
    report: Report,
}

impl Findings {
    /// Notes a violation unless `holds`.
    fn demand(&mut self, holds: bool, object: impl ToString, rule: &'static str) {
        if !holds {
            self.report.violations.push(Violation {
                object: object.to_string(),
                rule,
            });
        }
    }
}
