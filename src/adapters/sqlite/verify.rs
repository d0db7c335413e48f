//! The oracle: reads a database, changes nothing, and says what in it cannot be.
//!
//! It shares the tree and the entry format with the committer but none of its decisions, and
//! works beside a running daemon, on the state of one instant.

mod agree;
mod compare;
mod content;
pub mod contents;
pub mod files;
mod lists;
mod log;
mod rebuild;
mod responders;
pub mod rule;
mod said;
mod serials;
mod texts;
mod told;

use std::{collections::BTreeMap, fmt, path::Path};

use rule::Rule;

use super::{
    OpenError,
    connection::{DatabaseError, Snapshot},
    schema,
};
use crate::{pkix::certificate::CaCertificate, ports::document_files::FilesError};

/// Rows read at a time.
const PAGE: u32 = 1000;

/// Violations that are kept; more are counted only.
const KEPT: usize = 10_000;

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Table, key and, where one is at fault, column: `intent issuing-g1/0aff`.
    pub object: String,
    /// What does not hold.
    pub rule: Rule,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, invariant) = (self.rule.code(), self.rule.invariant());
        write!(
            f,
            "{code} ({invariant}) {}: {}",
            self.object,
            self.rule.text()
        )
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
    pub responders: u64,
    /// Certificates and CRLs whose signature nobody judged: their CA is not known here.
    pub unjudged: u64,
    /// Empty when all holds; at most ten thousand.
    pub violations: Vec<Violation>,
    /// All that were found.
    pub found: u64,
}

/// The database cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("reading the database")]
    Database(#[from] DatabaseError),
    #[error("reading a document")]
    Files(FilesError),
}

/// Gets a table's name and how many of its rows have been read.
pub type Progress<'a> = &'a (dyn Fn(&str, u64) + Send + Sync);

/// The CAs whose signatures can be judged, by the name their rows have.
pub type Issuers = BTreeMap<String, CaCertificate>;

/// Judges the whole database.
///
/// # Errors
/// When it cannot be read or is of another schema.
pub async fn verify(path: &Path, issuers: &Issuers) -> Result<Report, Unreadable> {
    verify_aloud(path, issuers, &|_, _| {}).await
}

/// [`verify`] that says how far it is.
///
/// # Errors
/// As [`verify`].
pub async fn verify_aloud(
    path: &Path,
    issuers: &Issuers,
    progress: Progress<'_>,
) -> Result<Report, Unreadable> {
    if !path.exists() {
        return Err(OpenError::Missing(path.to_owned()).into());
    }
    schema::check(path).await?;
    let mut snapshot =
        Snapshot::beside(path, &[said::CREATE, content::CREATE, lists::CREATE]).await?;
    let mut findings = Findings {
        report: Report::default(),
        step: (String::new(), 0),
        progress,
        issuers,
    };
    log::check(&mut snapshot, &mut findings).await?;
    compare::check(&mut snapshot, &mut findings).await?;
    serials::check(&mut snapshot, &mut findings).await?;
    responders::check(&mut snapshot, &mut findings).await?;
    content::check(&mut snapshot, &mut findings).await?;
    agree::check(&mut snapshot, &mut findings).await?;
    lists::check(&mut snapshot, &mut findings).await?;
    texts::check(&mut snapshot, &mut findings).await?;
    Ok(findings.report)
}

/// A report as it grows.
struct Findings<'a> {
    report: Report,
    step: (String, u64),
    progress: Progress<'a>,
    issuers: &'a Issuers,
}

impl Findings<'_> {
    /// The CA of this name; what is not judged without it is counted.
    fn issuer(&mut self, name: &str) -> Option<&CaCertificate> {
        let issuer = self.issuers.get(name);
        if issuer.is_none() {
            self.report.unjudged += 1;
        }
        issuer
    }

    /// Notes a violation unless `holds`.
    fn demand(&mut self, holds: bool, object: impl ToString, rule: Rule) {
        if holds {
            return;
        }
        self.report.found = self.report.found.saturating_add(1);
        if self.report.violations.len() < KEPT {
            self.report.violations.push(Violation {
                object: object.to_string(),
                rule,
            });
        }
    }

    /// What was read of a row; a row that cannot be read is a violation, and the walk goes on.
    fn read<T>(
        &mut self,
        object: &str,
        result: Result<T, DatabaseError>,
    ) -> Result<Option<T>, DatabaseError> {
        match result {
            Err(DatabaseError::Unreadable(at)) => {
                self.demand(
                    false,
                    format!("{object} {}", at.column),
                    Rule::RowUnreadable,
                );
                Ok(None)
            }
            result => result.map(Some),
        }
    }

    fn step(&mut self, table: &str) {
        self.step_by(table, 0);
    }

    fn step_by(&mut self, table: &str, rows: usize) {
        if self.step.0 != table {
            self.step = (table.to_owned(), 0);
        }
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        self.step.1 = self.step.1.saturating_add(rows);
        (self.progress)(&self.step.0, self.step.1);
    }
}
