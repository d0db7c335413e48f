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
/// Most documents without a row, or with one that says they were erased, that a sweep takes for
/// what crashes left behind.
const MOST: usize = 100;

impl Documents {
    /// Queued with each document and there once: who keeps none has nothing to sweep.
    pub(super) fn sweeping(&self, now: Timestamp) -> Result<NewJob, Refused> {
        let due = now.plus(days(DAYS));
        self.job(JobKind::SweepDocuments, DIRECTORY, "daily", due)
    }

    pub(super) async fn sweep(&self, job: &Job) -> Result<(), Refused> {
        let (now, files) = (self.0.clock.now(), &self.0.files);
        let mut found = files.untouched(now.minus(days(DAYS))).await?;
        let mut useless = Vec::new();
        while let Some(file) = found.next().await? {
            match file {
                FoundFile::Incoming(id) => files.discard(id).await?,
                FoundFile::Kept(id) if self.is_useless(id).await? => useless.push(id),
                FoundFile::Kept(_) => {}
            }
            if useless.len() > MOST {
                // A database that was begun anew, or that of another CA: the files are its evidence.
                tracing::error!(
                    most = MOST,
                    "more documents than crashes leave have no row: none was removed; is this \
                     the database of this directory?"
                );
                useless.clear();
                break;
            }
        }
        for id in &useless {
            files.remove(*id).await?;
            metrics::counter!("chancery_document_files_swept_total").increment(1);
            tracing::warn!(document = %id, "a file that no row needs was removed");
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
