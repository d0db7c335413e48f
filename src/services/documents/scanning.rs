//! The scan of a document for malware, after it was taken in: a job that is tried until the
//! scanner has spoken. Until then the document is pending, and nobody is shown it.

use std::time::Duration;

use super::Documents;
use crate::{
    domain::{
        aggregate::Loaded,
        document::{Document, Scan},
        id::{DocumentId, NotificationId},
        job::Job,
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

/// A content on which the scanner fails so often cannot be scanned.
const FAILURES: u32 = 5;

/// The longest rest while a scanner is away: somebody waits for the document.
const LONGEST: Duration = Duration::from_secs(60);

/// The rest before the next try: 2 s, doubling up to a minute.
pub(super) fn rest(job: &Job) -> Duration {
    let seconds = 1_u64.checked_shl(job.attempts.min(8)).unwrap_or(u64::MAX);
    Duration::from_secs(seconds).min(LONGEST)
}

type Verdict = (Scan, Option<Text<200>>);

impl Documents {
    pub(super) async fn scan(&self, id: DocumentId, job: &Job) -> Result<(), Refused> {
        let document = self.0.sets.document(id).await?;
        let pending = |document: &Loaded<Document>| document.scan == Scan::Pending;
        let Some(document) = document.filter(pending) else {
            return jobs::nothing_to_do(&*self.0.store, job).await;
        };
        let verdict = match &self.0.scanner {
            Some(scanner) => self.ask(&**scanner, id, job).await?,
            // The operator has taken it away; the entry says so.
            None => (Scan::NotScanned, None),
        };
        metrics::counter!("chancery_document_scans_total", "result" => verdict.0.name())
            .increment(1);
        decide(|| self.say(document.clone(), verdict.clone(), job)).await
    }

    async fn ask(
        &self,
        scanner: &dyn Scanner,
        id: DocumentId,
        job: &Job,
    ) -> Result<Verdict, Refused> {
        let mut file = self.0.files.open(id).await?;
        match scanner.scan(&mut *file).await {
            Ok(Scanned::Clean) => Ok((Scan::Clean, None)),
            Ok(Scanned::Infected(name)) => Ok((Scan::Infected, finding(&name))),
            Ok(Scanned::Unscannable(reason)) => Ok((Scan::Unscannable, finding(&reason))),
            Err(ScanError::Failed(reason)) if job.attempts >= FAILURES => {
                Ok((Scan::Unscannable, finding(&reason)))
            }
            Err(ScanError::File(error)) => Err(error.into()),
            Err(error) => {
                metrics::counter!("chancery_document_scans_total", "result" => "unavailable")
                    .increment(1);
                Err(Refused::unavailable("scanner-unavailable", error))
            }
        }
    }

    async fn say(
        &self,
        document: Loaded<Document>,
        (scan, finding): Verdict,
        job: &Job,
    ) -> Result<(), Stopped> {
        let now = self.0.clock.now();
        let topic = match scan {
            Scan::Infected => Some(Topic::DocumentInfected),
            Scan::Unscannable => Some(Topic::DocumentUnscannable),
            Scan::NotScanned | Scan::Pending | Scan::Clean => None,
        };
        // What the CA's own people bring in is not the owner's to mend.
        let topic = topic.filter(|_| document.brought_by.is_none());
        let (id, owner) = (document.id, document.owner.clone());
        let mut unit = Unit::of(SYSTEM.caller(), now, document.scanned(scan, finding, now));
        if let Some(topic) = topic {
            let line = NotificationId::new(now, random(self.0.entropy.as_ref())?);
            unit = unit.change(Notification::raise(line, owner, topic, None, id, now));
        }
        self.0.store.commit(unit.ends_job(jobs::done(job))).await?;
        Ok(())
    }
}
