//! Where the bytes of documents lie: a directory that instances share. The row that names a file
//! is written after the file is durable. What lies there is encrypted; what comes back is what
//! was handed in, whole and unaltered, or an error.

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use crate::domain::{id::DocumentId, timestamp::Timestamp};

/// A file cannot be written or given back; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilesError {
    #[error("the document directory cannot be used: {0}")]
    Unavailable(String),
    #[error("there is no file of this document")]
    Missing,
    /// Without the mark of an encrypted file, or of a form this program does not know.
    #[error("the document's file is not encrypted in a known form")]
    NotSealed,
    #[error("the document's file is encrypted with key {0}, which is not among the keys given")]
    KeyGone(String),
    /// Altered, cut, lengthened, reordered, or another document's.
    #[error("the document's file is not what was stored")]
    Damaged,
}

/// The directory.
#[async_trait]
pub trait DocumentFiles: Send + Sync {
    /// Begins the file of a document; it has no name yet.
    ///
    /// # Errors
    /// When the directory cannot be written.
    async fn begin(&self, id: DocumentId) -> Result<Box<dyn IncomingFile>, FilesError>;

    /// Opens a kept file. That its key is there and its head is right is known then; the rest as
    /// it is read.
    ///
    /// # Errors
    /// When it is not there, is not encrypted, or its key is gone.
    async fn open(&self, id: DocumentId) -> Result<Box<dyn StoredFile>, FilesError>;

    /// Removes a file, durably; one that is not there is none.
    ///
    /// # Errors
    /// When the directory cannot be written.
    async fn remove(&self, id: DocumentId) -> Result<(), FilesError>;

    /// Names the files that nobody has written to since `before`, in no order. What is neither a
    /// document's nor on its way to be one is passed over.
    ///
    /// # Errors
    /// When the directory cannot be read.
    async fn untouched(&self, before: Timestamp) -> Result<Box<dyn FoundFiles>, FilesError>;

    /// Removes what is left of an upload that was never kept; nothing is nothing.
    ///
    /// # Errors
    /// When the directory cannot be written.
    async fn discard(&self, id: DocumentId) -> Result<(), FilesError>;
}

/// A file in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundFile {
    Kept(DocumentId),
    /// Begun, and neither kept nor given up.
    Incoming(DocumentId),
}

/// Files as they are found, one after the other.
#[async_trait]
pub trait FoundFiles: Send {
    /// The next one; `None` after the last.
    ///
    /// # Errors
    /// When the directory cannot be read.
    async fn next(&mut self) -> Result<Option<FoundFile>, FilesError>;
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
    async fn keep(self: Box<Self>) -> Result<(), FilesError>;
}

/// A kept file as it is read.
#[async_trait]
pub trait StoredFile: Send {
    /// The next bytes, some 64 KiB at most; `None` after the last, which proves that it was the
    /// last.
    ///
    /// # Errors
    /// When the file cannot be read, or is not what was stored.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, FilesError>;
}

/// Reads a file to its end; SHA-256 of its content.
///
/// # Errors
/// As [`StoredFile::next`].
pub async fn sha256(file: &mut dyn StoredFile) -> Result<[u8; 32], FilesError> {
    let mut hash = Sha256::new();
    while let Some(chunk) = file.next().await? {
        hash.update(chunk);
    }
    Ok(hash.finalize().into())
}
