//! Trouble with a database, sorted by what follows from it. Which code of a driver means what is
//! the driver's own knowledge.

use super::value::Unreadable;
use crate::domain::unit::{CommitError, UniqueKey};

/// What a driver's error means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A key that somebody else holds. The connection is sound.
    Taken(UniqueKey),
    /// Another rule of the schema refused a row. The connection is sound.
    Rule,
    /// Another writer was first, and this transaction was ended for it: the same may be tried
    /// again. The connection is sound.
    Lost,
    /// Anything else: the connection is no longer trusted.
    Broken,
}

/// Trouble with the database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("the database refused a statement")]
    Driver {
        meaning: Meaning,
        #[source]
        error: sqlx::Error,
    },
    #[error("reading a row")]
    Unreadable(#[from] Unreadable),
    #[error("a row of {0} to be changed is not there")]
    Missed(&'static str),
    #[error("a key that must stay free was taken meanwhile")]
    Overtaken,
    #[error("the audit log ends before its head")]
    AuditShort,
    #[error("the write-ahead log could not be brought home")]
    Checkpoint,
    #[error("the store is closed")]
    Closed,
    #[error("no connection that reads became free in time")]
    Busy,
    #[error("the database did not answer within {0} seconds")]
    Silent(u64),
    #[error("{0}")]
    Unfit(String),
}

impl DatabaseError {
    /// What it means for the transaction it happened in.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        match self {
            Self::Driver { meaning, .. } => meaning.clone(),
            Self::Missed(_) => Meaning::Rule,
            Self::Overtaken => Meaning::Lost,
            _ => Meaning::Broken,
        }
    }

    /// The answer to the one unit that caused it.
    #[must_use]
    pub fn answer(&self) -> CommitError {
        match (self, self.meaning()) {
            (Self::Missed(_), _) => CommitError::Conflict,
            (_, Meaning::Taken(key)) => CommitError::Exists(key),
            _ => CommitError::Unavailable(self.detail()),
        }
    }

    /// The error with what is behind it.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Driver { error, .. } => format!("{self}: {error}"),
            other => other.to_string(),
        }
    }
}
