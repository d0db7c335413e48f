//! The entries of the log about one certificate, byte for byte as their leaves are.
//!
//! The log has no index by object: its entries stand in the order of time, so each is looked for
//! from the instant at which its unit was decided.

use crate::{
    domain::{
        activation::Activation,
        audit::{canonical, entry, event::EventKind, value::Value},
        certificate::Certificate,
        intent::Intent,
        refusal::Refused,
        timestamp::Timestamp,
    },
    ports::store::catalogue::{AuditDetail, AuditHead, AuditLog},
};

/// A unit may have been decided before the entry ahead of it was written, and a clock may have
/// been set meanwhile.
const EARLIER_MS: u64 = 2_000;
/// Leaves that are read at a time, and for one entry at most.
const PAGE: u32 = 500;
const PAGES: u32 = 100;

/// An entry as it stands in its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub kind: String,
    pub log: String,
    pub seq: u64,
    pub time: Timestamp,
    pub leaf: Vec<u8>,
    /// The personal data beside it, until it is erased.
    pub detail: Option<AuditDetail>,
}

impl Found {
    /// A text of the personal data beside it.
    #[must_use]
    pub fn personal(&self, name: &str) -> Option<String> {
        let detail = self.detail.as_ref()?;
        match canonical::decode(&detail.json).ok()? {
            Value::Object(mut members) => match members.remove(name)? {
                Value::Text(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What is looked for.
struct Wanted {
    kind: EventKind,
    object: String,
    decided_at: Timestamp,
}

/// A search for the entries of one certificate.
pub struct Search<'a> {
    log: &'a dyn AuditLog,
    wanted: Vec<Wanted>,
}

impl<'a> Search<'a> {
    #[must_use]
    pub fn new(
        log: &'a dyn AuditLog,
        certificate: &Certificate,
        activation: &Activation,
        intent: &Intent,
    ) -> Self {
        let serial = hex::encode(&certificate.serial);
        let wanted = |kind, object: &str, decided_at| Wanted {
            kind,
            object: object.to_owned(),
            decided_at,
        };
        let submitted = activation.submitted_at;
        let issued = intent.settled_at.unwrap_or(certificate.issued_at);
        Self {
            log,
            wanted: vec![
                wanted(
                    EventKind::ActivationSubmitted,
                    &activation.id.to_string(),
                    submitted,
                ),
                wanted(EventKind::CertSignIntent, &serial, intent.recorded_at),
                wanted(EventKind::CertIssued, &serial, issued),
            ],
        }
    }

    /// The entries, oldest first; one that is not in the log is left out.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn run(&self) -> Result<Vec<Found>, Refused> {
        let mut found = Vec::new();
        for wanted in &self.wanted {
            found.extend(self.one(wanted).await?);
        }
        Ok(found)
    }

    async fn one(&self, wanted: &Wanted) -> Result<Option<Found>, Refused> {
        let Some(open) = self.log.head().await? else {
            return Ok(None);
        };
        let Some((prefix, _)) = open.log.rsplit_once('/') else {
            return Ok(None);
        };
        let year = wanted.decided_at.to_datetime().year();
        // What was decided at the end of a year may stand in the log of the next.
        for year in [year, year.saturating_add(1)] {
            let name = format!("{prefix}/{year:04}");
            if let Some(head) = self.log.log(&name).await?
                && let Some(found) = self.in_log(&head, wanted).await?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    async fn in_log(&self, head: &AuditHead, wanted: &Wanted) -> Result<Option<Found>, Refused> {
        let mut from = self.first_since(head, wanted.decided_at).await?;
        for _ in 0..PAGES {
            let leaves = self.log.leaves(&head.log, from, PAGE).await?;
            let Some((last, _)) = leaves.last() else {
                return Ok(None);
            };
            from = last.saturating_add(1);
            for (seq, leaf) in leaves {
                let entry = read(&leaf)?;
                if entry.kind == wanted.kind.name() && entry.object_id == wanted.object {
                    let detail = self.log.detail(&head.log, seq).await?;
                    return Ok(Some(Found {
                        detail,
                        kind: entry.kind,
                        log: head.log.clone(),
                        seq,
                        time: entry.time,
                        leaf,
                    }));
                }
            }
        }
        Ok(None)
    }

    /// The first entry of that time, by halves: times never fall along a log.
    async fn first_since(&self, head: &AuditHead, time: Timestamp) -> Result<u64, Refused> {
        let time = time.minus(std::time::Duration::from_millis(EARLIER_MS));
        let (mut low, mut high) = (0, head.size);
        while low < high {
            let middle = low.midpoint(high);
            let leaves = self.log.leaves(&head.log, middle, 1).await?;
            let Some((_, leaf)) = leaves.first() else {
                return Ok(low);
            };
            if read(leaf)?.time < time {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

fn read(leaf: &[u8]) -> Result<entry::Entry, Refused> {
    entry::decode(leaf).map_err(|error| Refused::unavailable("store-unavailable", error))
}
