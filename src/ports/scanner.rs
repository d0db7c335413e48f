//! Who looks for malware in a document.

use async_trait::async_trait;

use super::document_files::{FilesError, StoredFile};

/// What the scanner says. Names and reasons are its own words: hostile text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scanned {
    Clean,
    /// Malware of this name.
    Infected(String),
    /// It could not look into all of it, and never will.
    Unscannable(String),
}

/// There is no verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Asking later may help.
    #[error("the scanner cannot be used: {0}")]
    Away(String),
    /// The scanner failed on this content.
    #[error("the scanner failed: {0}")]
    Failed(String),
    #[error("reading the document")]
    File(#[from] FilesError),
}

/// A scanner.
#[async_trait]
pub trait Scanner: Send + Sync {
    /// Scans a file to its end.
    ///
    /// # Errors
    /// When there is no verdict.
    async fn scan(&self, content: &mut dyn StoredFile) -> Result<Scanned, ScanError>;
}
