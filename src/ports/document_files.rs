//! Where the bytes of documents lie: a directory that instances share. The row that names a file
//! is written after the file is durable, and never outlives it.

use async_trait::async_trait;

/// The directory cannot be used. Answer 503; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document directory cannot be used: {0}")]
pub struct FilesError(pub String);

/// The directory.
#[async_trait]
pub trait DocumentFiles: Send + Sync {
    /// Begins a file that has no name yet.
    ///
    /// # Errors
    /// When the directory cannot be written.
    async fn begin(&self) -> Result<Box<dyn IncomingFile>, FilesError>;

    /// The whole content of a kept file of at most `limit` bytes.
    ///
    /// # Errors
    /// When the file cannot be read or is longer.
    async fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>, FilesError>;

    /// Removes a kept file that no row will name.
    ///
    /// # Errors
    /// When the directory cannot be written.
    async fn remove(&self, name: &str) -> Result<(), FilesError>;
}

/// A file on its way in. Dropped without [`IncomingFile::keep`] it leaves nothing.
#[async_trait]
pub trait IncomingFile: Send {
    /// Appends bytes.
    ///
    /// # Errors
    /// When they cannot be written.
    async fn write(&mut self, chunk: &[u8]) -> Result<(), FilesError>;

    /// Makes the content durable, then gives it its name, durably.
    ///
    /// # Errors
    /// When one of the steps fails; the name is then not taken.
    async fn keep(self: Box<Self>, name: &str) -> Result<(), FilesError>;
}
