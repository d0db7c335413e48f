//! Once a day the directory is looked through for files that no row needs: of uploads that a
//! crash cut off, that were refused or whose row was never written, and of documents that were
//! erased.

use super::Documents;
use crate::{
    domain::{
        id::DocumentId,
        job::{Job, JobKind, NewJob},
        refusal::Refused,
        timestamp::{Timestamp, days},
    },
    ports::document_files::{FilesError, FoundFile},
    services::jobs,
};

/// The one object of its jobs.
const DIRECTORY: &str = "directory";
/// How long a file is left alone after its last byte, and how often is swept. An upload has ten
/// minutes, and its row is written within seconds or not at all.
const DAYS: u32 = 1;

impl Documents {
    /// Queued with each document and there once: who keeps none has nothing to sweep.
    pub(super) fn sweeping(&self, now: Timestamp) -> Result<NewJob, Refused> {
        let due = now.plus(days(DAYS));
        self.job(JobKind::SweepDocuments, DIRECTORY, "daily", due)
    }

    pub(super) async fn sweep(&self, job: &Job) -> Result<(), Refused> {
        let (now, files) = (self.0.clock.now(), &self.0.files);
        let mut found = files.untouched(now.minus(days(DAYS))).await?;
        let mut removed = 0_u64;
        while let Some(file) = found.next().await? {
            match file {
                FoundFile::Incoming(id) => files.discard(id).await?,
                FoundFile::Kept(id) if self.is_useless(id).await? => files.remove(id).await?,
                FoundFile::Kept(_) => continue,
            }
            removed = removed.saturating_add(1);
        }
        if removed > 0 {
            metrics::counter!("chancery_document_files_swept_total").increment(removed);
            tracing::warn!(removed, "files of documents that no row needs were removed");
        }
        jobs::put_off(&*self.0.store, job, now.plus(days(DAYS))).await
    }

    /// Whether no row needs the file, and it is ours: under the keys of another daemon, or none,
    /// it may be needed there.
    async fn is_useless(&self, id: DocumentId) -> Result<bool, Refused> {
        if let Some(document) = self.0.sets.document(id).await? {
            return Ok(document.erased_at.is_some());
        }
        match self.0.files.open(id).await {
            Ok(_) => Ok(true),
            Err(FilesError::Missing) => Ok(false),
            Err(error @ FilesError::Unavailable(_)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(document = %id, %error, "a file without a row is left alone");
                Ok(false)
            }
        }
    }
}
