//! Documents as encrypted files in one directory.
//!
//! A name is `doc_…` and nothing else, so no name from outside ever becomes a path. A file that
//! is not encrypted is no document's.

use std::{
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
};
use crate::{
    domain::id::DocumentId,
    ports::{
        document_files::{DocumentFiles, FilesError, IncomingFile, StoredFile},
        entropy::Entropy,
    },
};

pub mod keys;
mod sealed;
#[cfg(test)]
mod tests;

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
}

#[async_trait]
impl DocumentFiles for DocumentDirectory {
    async fn begin(&self, id: DocumentId) -> Result<Box<dyn IncomingFile>, FilesError> {
        let (head, sealing) = Sealing::begin(&self.keys, &*self.entropy, id)?;
        let path = self.directory.join(format!(".incoming-{id}"));
        let mut options = OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        let file = options.open(&path).await.map_err(failed)?;
        let mut incoming = Incoming {
            file,
            sealing,
            path: Leftover(Some(path)),
            target: self.path(id),
            directory: self.directory.clone(),
        };
        incoming.file.write_all(&head).await.map_err(failed)?;
        Ok(Box::new(incoming))
    }

    async fn open(&self, id: DocumentId) -> Result<Box<dyn StoredFile>, FilesError> {
        let mut file = File::open(self.path(id)).await.map_err(failed)?;
        let head = block(&mut file, HEAD).await?;
        let opening = Opening::begin(&self.keys, &head, id)?;
        let ahead = block(&mut file, SEALED).await?;
        Ok(Box::new(Stored {
            file,
            opening,
            ahead: Some(ahead),
        }))
    }

    async fn remove(&self, id: DocumentId) -> Result<(), FilesError> {
        match fs::remove_file(self.path(id)).await.map_err(failed) {
            Ok(()) => sync_directory(&self.directory).await,
            Err(FilesError::Missing) => Ok(()),
            Err(error) => Err(error),
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
        self.file.write_all(&sealed).await.map_err(failed)
    }

    async fn keep(self: Box<Self>) -> Result<(), FilesError> {
        let Self {
            mut file,
            sealing,
            mut path,
            target,
            directory,
        } = *self;
        file.write_all(&sealing.end()?).await.map_err(failed)?;
        file.flush().await.map_err(failed)?;
        file.sync_all().await.map_err(failed)?;
        if let Some(from) = path.0.take() {
            let renamed = fs::rename(&from, &target).await;
            if let Err(error) = renamed {
                path.0 = Some(from);
                return Err(failed(error));
            }
        }
        sync_directory(&directory).await
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
    let directory = File::open(directory).await.map_err(failed)?;
    directory.sync_all().await.map_err(failed)
}

/// Removes an incoming file that was not kept.
struct Leftover(Option<PathBuf>);

impl Drop for Leftover {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // Nobody waits for it; what stays behind is encrypted and swept by the operator.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn failed(error: std::io::Error) -> FilesError {
    match error.kind() {
        std::io::ErrorKind::NotFound => FilesError::Missing,
        _ => FilesError::Unavailable(error.to_string()),
    }
}
