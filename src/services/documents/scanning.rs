//! The scan of a document for malware, after it was taken in: a job that is tried until the
//! scanner has spoken. Until then the document is pending, and nobody is shown it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::Documents;
use crate::{
    domain::{
        aggregate::Loaded,
        document::{Document, Scan},
        id::{DocumentId, NotificationId},
        job::{Job, JobKind},
        notification::{Notification, Topic},
        refusal::Refused,
        text::Text,
        unit::Unit,
    },
    policy::{access::SystemScope, documents::finding},
    ports::{
        entropy::random,
        scanner::{ScanError, Scanned, Scanner},
    },
    services::{
        jobs,
        request::{Stopped, decide},
    },
};

const SYSTEM: SystemScope = SystemScope::new("scanner");

/// A content on which the scanner, well otherwise, fails so often cannot be scanned.
const FAILURES: u32 = 5;

/// The longest rest while a scanner is away: somebody waits for the document.
const LONGEST: Duration = Duration::from_secs(60);

/// The rest before the next try: 2 s, doubling up to a minute.
pub(super) fn rest(job: &Job) -> Duration {
    let seconds = 1_u64.checked_shl(job.attempts.min(8)).unwrap_or(u64::MAX);
    Duration::from_secs(seconds).min(LONGEST)
}

/// Documents that are put before the scanner side by side: their units share transactions.
const CAUGHT_UP: usize = 32;

type Verdict = (Scan, Option<Text<200>>);

/// How often the scanner failed on a document and on nothing else, since the daemon was started:
/// the tries of a job count those too for which no scanner was there. What ends a scan ends the
/// count, so there are never more than documents that are pending.
#[derive(Default)]
pub(super) struct Faults(Mutex<BTreeMap<DocumentId, u32>>);

impl Faults {
    /// Counts one; gives their number.
    fn count(&self, id: DocumentId) -> u32 {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(id).or_default();
        *count = count.saturating_add(1);
        *count
    }

    fn forget(&self, id: DocumentId) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.remove(&id);
    }
}

impl Documents {
    /// Puts what came in while nobody scanned before the scanner, if there is one. To be asked
    /// once after the start; asked again it finds nothing.
    ///
    /// # Errors
    /// 503 when the store cannot answer; what was done until then stays.
    pub async fn catch_up(&self) -> Result<(), Refused> {
        if self.0.scanner.is_none() {
            return Ok(());
        }
        let mut after = None;
        loop {
            let found = self.0.sets.not_scanned(after).await?;
            let Some(last) = found.last() else {
                return Ok(());
            };
            after = Some(*last);
            let wanted = found.into_iter().map(|id| decide(move || self.want(id)));
            let wanted = stream::iter(wanted).buffer_unordered(CAUGHT_UP);
            wanted.try_collect::<()>().await?;
        }
    }

    async fn want(&self, id: DocumentId) -> Result<(), Stopped> {
        let found = self.0.sets.document(id).await?;
        let open = |one: &Loaded<Document>| one.scan == Scan::NotScanned && one.erased_at.is_none();
        let Some(document) = found.filter(open) else {
            return Ok(());
        };
        let now = self.0.clock.now();
        let job = self.job(JobKind::ScanDocument, &id.to_string(), "catch-up", now)?;
        let unit = Unit::of(SYSTEM.caller(), now, document.want_scan());
        self.0.store.commit(unit.job(job)).await?;
        Ok(())
    }

    pub(super) async fn scan(&self, id: DocumentId, job: &Job) -> Result<(), Refused> {
        if self.pending(id).await?.is_none() {
            self.1.faults.forget(id);
            return jobs::nothing_to_do(&*self.0.store, job).await;
        }
        let Some(scanner) = &self.0.scanner else {
            // Nobody calls it clean: it stays pending until a scanner is there again.
            let due = self.0.clock.now().plus(LONGEST);
            return jobs::put_off(&*self.0.store, job, due).await;
        };
        let verdict = self.ask(&**scanner, id).await?;
        metrics::counter!("chancery_document_scans_total", "result" => verdict.0.name())
            .increment(1);
        decide(|| self.say(id, verdict.clone(), job)).await?;
        self.1.faults.forget(id);
        Ok(())
    }

    /// The document, while a scan of it has an effect.
    async fn pending(&self, id: DocumentId) -> Result<Option<Loaded<Document>>, Refused> {
        let found = self.0.sets.document(id).await?;
        Ok(found.filter(|one| one.scan == Scan::Pending && one.erased_at.is_none()))
    }

    async fn ask(&self, scanner: &dyn Scanner, id: DocumentId) -> Result<Verdict, Refused> {
        let mut file = self.0.files.open(id).await?;
        let error = match scanner.scan(&mut *file).await {
            Ok(Scanned::Clean) => return Ok((Scan::Clean, None)),
            Ok(Scanned::Infected(name)) => return Ok((Scan::Infected, finding(&name))),
            Ok(Scanned::Unscannable(reason)) => return Ok((Scan::Unscannable, finding(&reason))),
            Err(ScanError::File(error)) => return Err(error.into()),
            Err(error) => error,
        };
        let fault = match &error {
            ScanError::Failed(reason) => Some(reason.clone()),
            ScanError::Late => Some(error.to_string()),
            ScanError::Away(_) | ScanError::File(_) => None,
        };
        if let Some(fault) = fault
            && self.1.faults.count(id) >= FAILURES
        {
            return Ok((Scan::Unscannable, finding(&fault)));
        }
        metrics::counter!("chancery_document_scans_total", "result" => "unavailable").increment(1);
        Err(Refused::unavailable("scanner-unavailable", error))
    }

    async fn say(
        &self,
        id: DocumentId,
        (scan, finding): Verdict,
        job: &Job,
    ) -> Result<(), Stopped> {
        let Some(document) = self.pending(id).await? else {
            return Ok(jobs::nothing_to_do(&*self.0.store, job).await?);
        };
        let now = self.0.clock.now();
        let topic = match scan {
            Scan::Infected => Some(Topic::DocumentInfected),
            Scan::Unscannable => Some(Topic::DocumentUnscannable),
            Scan::NotScanned | Scan::Pending | Scan::Clean => None,
        };
        // What the CA's own people bring in is not the owner's to mend.
        let topic = topic.filter(|_| document.brought_by.is_none());
        let owner = document.owner.clone();
        let mut unit = Unit::of(SYSTEM.caller(), now, document.scanned(scan, finding, now));
        if let Some(topic) = topic {
            let line = NotificationId::new(now, random(self.0.entropy.as_ref())?);
            unit = unit.change(Notification::raise(line, owner, topic, None, id, now));
        }
        self.0.store.commit(unit.ends_job(jobs::done(job))).await?;
        Ok(())
    }
}
