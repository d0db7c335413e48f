//! The entries of the log about one certificate, byte for byte as their leaves are.
//!
//! The log has no index by object: its entries stand in the order of time, so each is looked for
//! from the instant at which its unit was decided.

use crate::{
    domain::{
        audit::{
            canonical, entry,
            event::EventKind,
            tree::{self, Hash},
            value::Value,
        },
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
    /// The proof that it stands in the log, leaf side first; of the size in the log's [`Root`].
    pub path: Vec<Hash>,
    /// The personal data beside it, until it is erased.
    pub detail: Option<AuditDetail>,
}

impl Found {
    /// A fact that the entry itself tells.
    #[must_use]
    pub fn told(&self, name: &str) -> Option<Value> {
        entry::decode(&self.leaf).ok()?.data.remove(name)
    }

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

/// Where a log stands that entries were found in: as large as it was with the last of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    pub log: String,
    pub size: u64,
    pub root: Hash,
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
    pub const fn new(log: &'a dyn AuditLog) -> Self {
        Self {
            log,
            wanted: Vec::new(),
        }
    }

    /// Looks for the entry of this kind about this object too, written by a unit that was decided
    /// at that time.
    pub fn want(&mut self, kind: EventKind, object: impl ToString, decided_at: Timestamp) {
        self.wanted.push(Wanted {
            kind,
            object: object.to_string(),
            decided_at,
        });
    }

    /// The entries, oldest first, with the proofs that they stand in their logs. One that is not
    /// in the log is left out.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn run(&self) -> Result<(Vec<Found>, Vec<Root>), Refused> {
        let mut found = Vec::new();
        for wanted in &self.wanted {
            found.extend(self.one(wanted).await?);
        }
        found.sort_by(|a: &Found, b| (&a.log, a.seq).cmp(&(&b.log, b.seq)));
        let mut roots: Vec<Root> = Vec::new();
        for last in &found {
            roots.retain(|root| root.log != last.log);
            roots.push(Root {
                log: last.log.clone(),
                size: last.seq.saturating_add(1),
                root: [0; 32],
            });
        }
        for root in &mut roots {
            for one in found.iter_mut().filter(|one| one.log == root.log) {
                one.path = self.path(one, root.size).await?;
                let leaf = tree::leaf_hash(&one.leaf);
                let led = tree::root_by(&leaf, one.seq, root.size, &one.path);
                root.root = led.ok_or_else(lost)?;
            }
        }
        Ok((found, roots))
    }

    async fn path(&self, found: &Found, size: u64) -> Result<Vec<Hash>, Refused> {
        let siblings = tree::path(found.seq, size);
        let wanted: Vec<tree::Place> = siblings.iter().flatten().copied().collect();
        let stored = self.log.subtrees(&found.log, &wanted).await?;
        let mut path = Vec::with_capacity(siblings.len());
        for sibling in siblings {
            let hashes = sibling.iter().map(|place| stored.get(place).copied());
            let hashes: Option<Vec<Hash>> = hashes.collect();
            path.push(tree::fold(&hashes.ok_or_else(lost)?));
        }
        Ok(path)
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
                        path: Vec::new(),
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

fn lost() -> Refused {
    Refused::unavailable("store-unavailable", "a hash of the audit log is not stored")
}

fn read(leaf: &[u8]) -> Result<entry::Entry, Refused> {
    entry::decode(leaf).map_err(|error| Refused::unavailable("store-unavailable", error))
}
