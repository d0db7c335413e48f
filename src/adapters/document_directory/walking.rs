//! A walk through the directory. Reads names and times, never contents.

use std::{
    fs::Metadata,
    io::ErrorKind,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use async_trait::async_trait;
use tokio::fs::{self, ReadDir};

use super::{INCOMING, unwritable};
use crate::{
    domain::timestamp::Timestamp,
    ports::document_files::{FilesError, FoundFile, FoundFiles},
};

pub(super) struct Walk {
    entries: ReadDir,
    before: Timestamp,
}

impl Walk {
    pub(super) async fn begin(directory: &Path, before: Timestamp) -> Result<Self, FilesError> {
        let entries = fs::read_dir(directory).await.map_err(unwritable)?;
        Ok(Self { entries, before })
    }

    fn is_old(&self, found: &Metadata) -> bool {
        let written = found.modified().ok();
        // A time that cannot be told, or is before 1970: as if it were new.
        let since = written.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let since = since.unwrap_or(Duration::MAX);
        found.is_file() && Timestamp::EPOCH.plus(since) < self.before
    }
}

#[async_trait]
impl FoundFiles for Walk {
    async fn next(&mut self) -> Result<Option<FoundFile>, FilesError> {
        while let Some(entry) = self.entries.next_entry().await.map_err(unwritable)? {
            let name = entry.file_name();
            let Some(found) = name.to_str().and_then(named) else {
                continue;
            };
            match entry.metadata().await {
                Ok(about) if self.is_old(&about) => return Ok(Some(found)),
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(unwritable(error)),
                // New, something else, or gone meanwhile.
                _ => {}
            }
        }
        Ok(None)
    }
}

/// Only a name that this program gives.
fn named(name: &str) -> Option<FoundFile> {
    match name.strip_prefix(INCOMING) {
        Some(id) => id.parse().ok().map(FoundFile::Incoming),
        None => name.parse().ok().map(FoundFile::Kept),
    }
}
