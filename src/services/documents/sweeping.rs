//! Once a day the directory is looked through for files that no row needs: of uploads that a
//! crash cut off, that were refused or whose row was never written, and of documents that were
//! erased.
//!
//! A run ends well before its job would be another's; the next goes on where it was. Nothing is
//! removed before the whole directory was seen.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::Documents;
use crate::{
    domain::{
        id::DocumentId,
        job::{Job, JobKind, NewJob},
        refusal::Refused,
        timestamp::{Timestamp, days},
    },
    ports::document_files::{FilesError, FoundFile, FoundFiles},
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
/// A run looks at no further file after this; well below the lease of its job.
const RUN: Duration = Duration::from_secs(60);
/// Files whose rows are asked for at once.
const AT_ONCE: usize = 500;

/// A sweep that is not at its end.
struct Sweep {
    begun_at: Timestamp,
    found: Box<dyn FoundFiles>,
    /// Nobody needs them.
    useless: Vec<DocumentId>,
}

/// Where the last run of this process left off. A process that ends begins anew.
#[derive(Default)]
pub(super) struct LeftOff(Mutex<Option<Sweep>>);

impl LeftOff {
    fn change(&self, to: Option<Sweep>) -> Option<Sweep> {
        let mut sweep = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *sweep, to)
    }
}

impl Documents {
    /// Queued with each document and there once: who keeps none has nothing to sweep.
    pub(super) fn sweeping(&self, now: Timestamp) -> Result<NewJob, Refused> {
        let due = now.plus(days(DAYS));
        self.job(JobKind::SweepDocuments, DIRECTORY, "daily", due)
    }

    pub(super) async fn sweep(&self, job: &Job) -> Result<(), Refused> {
        let (store, clock) = (&*self.0.store, &self.0.clock);
        let ends = clock.monotonic().saturating_add(RUN);
        let mut sweep = self.begun().await?;
        loop {
            let (kept, is_end) = self.some(&mut sweep, ends).await?;
            self.judge(&mut sweep, &kept).await?;
            if is_end || sweep.useless.len() > MOST {
                break;
            }
            if clock.monotonic() >= ends {
                self.1.sweep.change(Some(sweep));
                return jobs::put_off(store, job, clock.now()).await;
            }
        }
        self.remove(&sweep.useless).await?;
        jobs::put_off(store, job, sweep.begun_at.plus(days(DAYS))).await
    }

    /// The sweep that was left off, unless it is as old as the next would be: then another
    /// process has ended it.
    async fn begun(&self) -> Result<Sweep, Refused> {
        let now = self.0.clock.now();
        let left = self.1.sweep.change(None);
        if let Some(sweep) = left.filter(|sweep| now.since(sweep.begun_at) < days(DAYS)) {
            return Ok(sweep);
        }
        Ok(Sweep {
            begun_at: now,
            found: self.0.files.untouched(now.minus(days(DAYS))).await?,
            useless: Vec::new(),
        })
    }

    /// The next documents' files, and whether they are the last; what is left of uploads goes.
    async fn some(
        &self,
        sweep: &mut Sweep,
        ends: Duration,
    ) -> Result<(Vec<DocumentId>, bool), Refused> {
        let mut kept = Vec::new();
        loop {
            match sweep.found.next().await? {
                None => return Ok((kept, true)),
                Some(FoundFile::Incoming(id)) => self.0.files.discard(id).await?,
                Some(FoundFile::Kept(id)) => kept.push(id),
            }
            if kept.len() >= AT_ONCE || self.0.clock.monotonic() >= ends {
                return Ok((kept, false));
            }
        }
    }

    /// Finds those that no row needs, and that are ours: under the keys of another daemon, or
    /// none, one may be needed there.
    async fn judge(&self, sweep: &mut Sweep, kept: &[DocumentId]) -> Result<(), Refused> {
        let rows = self.0.sets.documents_among(kept).await?;
        let rows = rows.iter().map(|row| (row.id, row.erased_at.is_some()));
        let rows: BTreeMap<DocumentId, bool> = rows.collect();
        for id in kept {
            let is_useless = match rows.get(id) {
                Some(is_erased) => *is_erased,
                None => self.is_ours(*id).await?,
            };
            if is_useless {
                sweep.useless.push(*id);
            }
            if sweep.useless.len() > MOST {
                break;
            }
        }
        Ok(())
    }

    async fn is_ours(&self, id: DocumentId) -> Result<bool, Refused> {
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

    async fn remove(&self, useless: &[DocumentId]) -> Result<(), Refused> {
        if useless.len() > MOST {
            // A database that was begun anew, or that of another CA: the files are its evidence.
            tracing::error!(
                most = MOST,
                "more documents than crashes leave have no row: none was removed; is this \
                 the database of this directory?"
            );
            return Ok(());
        }
        for id in useless {
            self.0.files.remove(*id).await?;
            metrics::counter!("chancery_document_files_swept_total").increment(1);
            tracing::warn!(document = %id, "a file that no row needs was removed");
        }
        Ok(())
    }
}
