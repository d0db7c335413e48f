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
    /// The scanner failed on this content, and on nothing else: a harmless one came through right
    /// after it.
    #[error("the scanner failed: {0}")]
    Failed(String),
    /// It did not come to an end with this content in time, and with a harmless one it did.
    #[error("the scanner did not come to an end in time")]
    Late,
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
