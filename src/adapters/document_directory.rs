//! Documents as files in one directory.
//!
//! A name is `doc_…` and nothing else, so no name from outside ever becomes a path.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncReadExt, AsyncWriteExt},
};

use crate::{
    domain::id::DocumentId,
    ports::document_files::{DocumentFiles, FilesError, IncomingFile},
};

/// Tells incoming files of one process apart.
static COUNTER: AtomicU64 = AtomicU64::new(0);

/// The directory.
#[derive(Clone, Debug)]
pub struct DocumentDirectory(PathBuf);

impl DocumentDirectory {
    #[must_use]
    pub const fn new(directory: PathBuf) -> Self {
        Self(directory)
    }

    fn path(&self, name: &str) -> Result<PathBuf, FilesError> {
        match name.parse::<DocumentId>() {
            Ok(id) => Ok(self.0.join(id.to_string())),
            Err(_) => Err(FilesError("not the name of a document".to_owned())),
        }
    }
}

#[async_trait]
impl DocumentFiles for DocumentDirectory {
    async fn begin(&self) -> Result<Box<dyn IncomingFile>, FilesError> {
        let (process, count) = (std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let path = self.0.join(format!(".incoming-{process}-{count}"));
        // A name left by an earlier process with this id is written anew.
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(&path).await.map_err(failed)?;
        Ok(Box::new(Incoming {
            file,
            path: Leftover(Some(path)),
            directory: self.clone(),
        }))
    }

    async fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>, FilesError> {
        let file = File::open(self.path(name)?).await.map_err(failed)?;
        let mut content = Vec::new();
        let mut bounded = file.take(limit.saturating_add(1));
        bounded.read_to_end(&mut content).await.map_err(failed)?;
        if u64::try_from(content.len()).is_ok_and(|length| length <= limit) {
            Ok(content)
        } else {
            Err(FilesError("the file is longer than allowed".to_owned()))
        }
    }

    async fn remove(&self, name: &str) -> Result<(), FilesError> {
        fs::remove_file(self.path(name)?).await.map_err(failed)
    }
}

struct Incoming {
    file: File,
    path: Leftover,
    directory: DocumentDirectory,
}

#[async_trait]
impl IncomingFile for Incoming {
    async fn write(&mut self, chunk: &[u8]) -> Result<(), FilesError> {
        self.file.write_all(chunk).await.map_err(failed)
    }

    async fn keep(mut self: Box<Self>, name: &str) -> Result<(), FilesError> {
        let target = self.directory.path(name)?;
        self.file.flush().await.map_err(failed)?;
        self.file.sync_all().await.map_err(failed)?;
        if let Some(path) = self.path.0.take() {
            let renamed = fs::rename(&path, &target).await;
            if let Err(error) = renamed {
                self.path.0 = Some(path);
                return Err(failed(error));
            }
        }
        sync_directory(&self.directory.0).await
    }
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
            // Nobody waits for it; what stays behind is overwritten or swept by the operator.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn failed(error: std::io::Error) -> FilesError {
    FilesError(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;

    #[tokio::test]
    async fn a_file_has_its_name_only_when_it_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let files = DocumentDirectory::new(directory.path().to_owned());
        let count = || std::fs::read_dir(directory.path()).unwrap().count();
        let mut dropped = files.begin().await.unwrap();
        dropped.write(b"half").await.unwrap();
        drop(dropped);
        assert_eq!(count(), 0);

        let name = DocumentId::new(Timestamp::EPOCH, [1; 10]).to_string();
        let mut kept = files.begin().await.unwrap();
        kept.write(b"%PDF-").await.unwrap();
        kept.write(b"1.7").await.unwrap();
        kept.keep(&name).await.unwrap();
        assert_eq!(count(), 1);
        assert_eq!(files.read(&name, 8).await.unwrap(), b"%PDF-1.7");
        assert!(files.read(&name, 7).await.is_err());
        files.remove(&name).await.unwrap();
        assert_eq!(count(), 0);
    }

    #[tokio::test]
    async fn a_name_is_never_a_path() {
        let directory = tempfile::tempdir().unwrap();
        let files = DocumentDirectory::new(directory.path().join("inner"));
        std::fs::create_dir(directory.path().join("inner")).unwrap();
        let incoming = files.begin().await.unwrap();
        assert!(incoming.keep("../escaped").await.is_err());
        assert!(files.read("../../etc/passwd", 1).await.is_err());
        assert!(!directory.path().join("escaped").exists());
    }
}
