//! Documents as encrypted files in one directory.
//!
//! A name is `doc_…` and nothing else, so no name from outside ever becomes a path. A file that
//! is not encrypted is no document's.

use std::{
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncReadExt, AsyncWriteExt},
};

use self::{
    keys::DocumentKeys,
    sealed::{HEAD, Opening, SEALED, Sealing},
    walking::Walk,
};
use crate::{
    domain::{id::DocumentId, timestamp::Timestamp},
    ports::{
        document_files::{DocumentFiles, FilesError, FoundFiles, IncomingFile, StoredFile},
        entropy::Entropy,
    },
};

pub mod content;
pub mod keys;
mod sealed;
#[cfg(test)]
mod tests;
mod walking;

/// What the name of a file begins with that has none of its own yet.
const INCOMING: &str = ".incoming-";

/// The directory.
#[derive(Clone)]
pub struct DocumentDirectory {
    directory: PathBuf,
    keys: Arc<DocumentKeys>,
    entropy: Arc<dyn Entropy>,
}

impl DocumentDirectory {
    #[must_use]
    pub fn new(directory: PathBuf, keys: Arc<DocumentKeys>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            directory,
            keys,
            entropy,
        }
    }

    fn path(&self, id: DocumentId) -> PathBuf {
        self.directory.join(id.to_string())
    }

    fn incoming(&self, id: DocumentId) -> PathBuf {
        self.directory.join(format!("{INCOMING}{id}"))
    }
}

/// Why a directory is none for documents.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("{0} is not there: make it, for the daemon's account alone (mode 0700)")]
    Missing(PathBuf),
    #[error("{0} is not a directory")]
    NotDirectory(PathBuf),
    #[error("this account cannot write into {0}: {1}")]
    NotWritable(PathBuf, io::Error),
}

/// Looks whether a directory is there and can be written to, by writing to it. A full disk is no
/// fault here: it says so when a document comes, and no CRL waits for it.
///
/// # Errors
/// When it is missing, something else, or not writable for this account.
pub fn require_usable(directory: &Path) -> Result<(), Unusable> {
    let own = || directory.to_owned();
    match std::fs::metadata(directory) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Err(Unusable::NotDirectory(own())),
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(Unusable::Missing(own())),
        Err(error) => return Err(Unusable::NotWritable(own(), error)),
    }
    let trial = directory.join(format!(".trial-{}", std::process::id()));
    let written = std::fs::write(&trial, []).and_then(|()| std::fs::remove_file(&trial));
    match written {
        Err(error) if !is_full(&error) => Err(Unusable::NotWritable(own(), error)),
        _ => Ok(()),
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    )
}

#[async_trait]
impl DocumentFiles for DocumentDirectory {
    async fn begin(&self, id: DocumentId) -> Result<Box<dyn IncomingFile>, FilesError> {
        let (head, sealing) = Sealing::begin(&self.keys, &*self.entropy, &id.to_string())?;
        let path = self.incoming(id);
        let mut options = OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        let file = options.open(&path).await.map_err(unwritable)?;
        let mut incoming = Incoming {
            file,
            sealing,
            path: Leftover(Some(path)),
            target: self.path(id),
            directory: self.directory.clone(),
        };
        incoming.file.write_all(&head).await.map_err(unwritable)?;
        Ok(Box::new(incoming))
    }

    async fn open(&self, id: DocumentId) -> Result<Box<dyn StoredFile>, FilesError> {
        let mut file = File::open(self.path(id)).await.map_err(failed)?;
        let head = block(&mut file, HEAD).await?;
        let opening = Opening::begin(&self.keys, &head, &id.to_string())?;
        let ahead = block(&mut file, SEALED).await?;
        Ok(Box::new(Stored {
            file,
            opening,
            ahead: Some(ahead),
        }))
    }

    async fn remove(&self, id: DocumentId) -> Result<(), FilesError> {
        match fs::remove_file(self.path(id)).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(unwritable(error)),
            // Also when it is not there: the directory may be what is missing.
            _ => sync_directory(&self.directory).await,
        }
    }

    async fn untouched(&self, before: Timestamp) -> Result<Box<dyn FoundFiles>, FilesError> {
        Ok(Box::new(Walk::begin(&self.directory, before).await?))
    }

    async fn discard(&self, id: DocumentId) -> Result<(), FilesError> {
        match fs::remove_file(self.incoming(id)).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(unwritable(error)),
            _ => Ok(()),
        }
    }
}

struct Incoming {
    file: File,
    sealing: Sealing,
    path: Leftover,
    target: PathBuf,
    directory: PathBuf,
}

#[async_trait]
impl IncomingFile for Incoming {
    async fn write(&mut self, chunk: &[u8]) -> Result<(), FilesError> {
        let sealed = self.sealing.write(chunk)?;
        self.file.write_all(&sealed).await.map_err(unwritable)
    }

    async fn keep(self: Box<Self>) -> Result<(), FilesError> {
        let Self {
            mut file,
            sealing,
            mut path,
            target,
            directory,
        } = *self;
        file.write_all(&sealing.end()?).await.map_err(unwritable)?;
        file.flush().await.map_err(unwritable)?;
        file.sync_all().await.map_err(unwritable)?;
        let Some(from) = path.0.take() else {
            return Err(FilesError::Unavailable("it was kept before".to_owned()));
        };
        if let Err(error) = fs::rename(&from, &target).await {
            path.0 = Some(from);
            return Err(unwritable(error));
        }
        // A name that may not last is none; if this fails too, the daily sweep finds the file.
        let mut named = Leftover(Some(target));
        sync_directory(&directory).await?;
        named.0 = None;
        Ok(())
    }
}

struct Stored {
    file: File,
    opening: Opening,
    /// The block to decrypt next; `None` after the last.
    ahead: Option<Vec<u8>>,
}

#[async_trait]
impl StoredFile for Stored {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, FilesError> {
        let Some(sealed) = self.ahead.take() else {
            return Ok(None);
        };
        // A full block may be the last: only what follows it tells.
        let mut last = sealed.len() < SEALED;
        if !last {
            let following = block(&mut self.file, SEALED).await?;
            last = following.is_empty();
            self.ahead = Some(following).filter(|block| !block.is_empty());
        }
        self.opening.chunk(sealed, last).map(Some)
    }
}

/// Up to so many bytes, fewer only at the end of the file.
async fn block(file: &mut File, length: usize) -> Result<Vec<u8>, FilesError> {
    let mut block = Vec::with_capacity(length);
    let limit = u64::try_from(length).unwrap_or(u64::MAX);
    let read = file.take(limit).read_to_end(&mut block).await;
    read.map_err(failed)?;
    Ok(block)
}

/// The new name is durable only when its directory is.
async fn sync_directory(directory: &Path) -> Result<(), FilesError> {
    let directory = File::open(directory).await.map_err(unwritable)?;
    directory.sync_all().await.map_err(unwritable)
}

/// Removes a file that came to nothing.
struct Leftover(Option<PathBuf>);

impl Drop for Leftover {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // Nobody waits for it; what stays behind is encrypted, and the daily sweep takes it.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Of what is read: a file that is not there is a finding.
fn failed(error: io::Error) -> FilesError {
    match error.kind() {
        ErrorKind::NotFound => FilesError::Missing,
        _ => unwritable(error),
    }
}

/// Of what is written: whatever it is, the directory's.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unwritable(error: io::Error) -> FilesError {
    FilesError::Unavailable(error.to_string())
}
