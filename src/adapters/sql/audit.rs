//! The audit log's rows: numbering, encoding and hashing the entries of a batch.

use std::collections::HashMap;

use async_trait::async_trait;

use super::{
    feed,
    query::{Fetch, Query, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        audit::{
            canonical,
            entry::{self, EntryTooLong, Place},
            event::{Event, EventKind},
            tree::{self, Hash, Tree},
            value::Value,
        },
        owner::Caller,
        timestamp::Timestamp,
    },
    ports::{
        entropy::{Entropy, EntropyFailed, random},
        store::{
            StoreError,
            catalogue::{AuditDetail, AuditHead, AuditLog},
        },
    },
};

pub static HEAD: Table = Table {
    name: "audit_head",
    key: 1,
    columns: &[
        "log",
        "version",
        "pos",
        "size",
        "frontier",
        "root",
        "last_time",
    ],
    fixed: &[],
    kept: &[],
};

pub static ENTRY: Table = Table {
    name: "audit_entry",
    key: 2,
    columns: &["log", "seq", "pos", "leaf"],
    fixed: &[],
    kept: &[],
};

pub static HASH: Table = Table {
    name: "audit_hash",
    key: 3,
    columns: &["log", "level", "n", "hash"],
    fixed: &[],
    kept: &[],
};

pub static DETAIL: Table = Table {
    name: "audit_detail",
    key: 2,
    columns: &["log", "seq", "salt", "json"],
    fixed: &[],
    kept: &[],
};

/// Who writes the log.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Prefix of the log's name, for example `ca.example.org/audit`; the year follows.
    pub prefix: String,
    /// Name of this instance.
    pub node: String,
    /// This start of the daemon.
    pub boot: String,
}

/// The entry cannot be made; its unit must not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    #[error(transparent)]
    TooLong(#[from] EntryTooLong),
    #[error("drawing the salt of an audit entry")]
    Entropy(#[from] EntropyFailed),
}

/// The head of the open log, and the rows that its growth makes.
#[derive(Clone, Debug)]
pub struct Head {
    log: String,
    /// Version of the stored row; 0 when there is none yet.
    version: i64,
    pos: i64,
    tree: Tree,
    last_time: Timestamp,
}

/// Log, place and bytes of a batch's first entry.
pub type FirstLeaf = (String, u64, Vec<u8>);

/// Rows of appended entries.
#[derive(Debug, Default)]
pub struct Appended {
    /// New or changed heads: the log that ended, if any, and the open one.
    pub heads: Vec<(bool, Record)>,
    pub entries: Vec<Record>,
    pub hashes: Vec<Record>,
    pub details: Vec<Record>,
    /// Lines of the owners' feed, each at its entry's position.
    pub feed: Vec<Record>,
    /// Place of the first entry: whether it stands there tells whether the batch is durable.
    pub first: Option<FirstLeaf>,
}

pub fn read_head(row: &dyn Columns) -> Result<Head, Unreadable> {
    let row = Fields::of(row);
    let frontier = row.bytes("frontier")?;
    let (hashes, rest) = frontier.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(Unreadable::new("frontier", "no list of hashes"));
    }
    let tree = Tree::restore(row.number("size")?, hashes.to_vec())
        .map_err(|e| Unreadable::new("frontier", e))?;
    let root: Hash = row.array("root")?;
    if root != tree.root() {
        return Err(Unreadable::new("root", "not the root of the frontier"));
    }
    Ok(Head {
        log: row.string("log")?,
        version: row.version()?.0,
        pos: row.integer("pos")?,
        tree,
        last_time: row.time("last_time")?,
    })
}

/// The open log is the one with the highest position.
#[must_use]
pub fn head_query() -> Query {
    Query::new("SELECT * FROM audit_head ORDER BY pos DESC LIMIT 1")
}

impl Head {
    #[must_use]
    pub const fn last_time(&self) -> Timestamp {
        self.last_time
    }

    /// Log and place of the newest entry; a head is never written without one.
    #[must_use]
    pub fn last_entry(&self) -> (String, u64) {
        (self.log.clone(), self.tree.size().saturating_sub(1))
    }

    fn port(self) -> AuditHead {
        AuditHead {
            size: self.tree.size(),
            root: self.tree.root(),
            log: self.log,
            last_time: self.last_time,
            pos: self.pos,
        }
    }

    fn record(&self) -> (bool, Record) {
        let frontier = self.tree.frontier().concat();
        let record = vec![
            SqlValue::text(&self.log),
            SqlValue::integer(self.version + 1),
            SqlValue::integer(self.pos),
            SqlValue::count(self.tree.size()),
            SqlValue::blob(&frontier),
            SqlValue::blob(&self.tree.root()),
            SqlValue::time(self.last_time),
        ];
        (self.version == 0, record)
    }
}

/// Appends events to the log of their year.
pub struct Appender<'a> {
    origin: &'a Origin,
    entropy: &'a dyn Entropy,
    /// The batch's instant, never before the head's.
    time: Timestamp,
    head: Head,
    rows: Appended,
}

impl<'a> Appender<'a> {
    /// Opens the year's log when there is none; a log of another year is closed first.
    ///
    /// # Errors
    /// When an entry cannot be made.
    pub fn new(
        origin: &'a Origin,
        entropy: &'a dyn Entropy,
        now: Timestamp,
        head: Option<Head>,
    ) -> Result<Self, AppendError> {
        let time = head.as_ref().map_or(now, |head| now.max(head.last_time));
        let log = format!("{}/{:04}", origin.prefix, time.to_datetime().year());
        let rows = Appended::default();
        let fresh = |pos| Head {
            log: log.clone(),
            version: 0,
            pos,
            tree: Tree::default(),
            last_time: time,
        };
        let system = Caller::system("audit");
        let event = |kind| Event::new(kind, "log", &log);
        match head {
            Some(head) if head.log == log => Ok(Self {
                origin,
                entropy,
                time,
                head,
                rows,
            }),
            None => {
                let head = fresh(0);
                let mut appender = Self {
                    origin,
                    entropy,
                    time,
                    head,
                    rows,
                };
                appender.append(&system, &event(EventKind::LogOpened))?;
                Ok(appender)
            }
            Some(head) => {
                let mut appender = Self {
                    origin,
                    entropy,
                    time,
                    head,
                    rows,
                };
                let closed = Event::new(EventKind::LogClosed, "log", &appender.head.log);
                appender.append(&system, &closed.with("next", log.as_str()))?;
                let opened = event(EventKind::LogOpened)
                    .with("previous", appender.head.log.as_str())
                    .with("size", Value::integer(size(&appender.head.tree)))
                    .with("root", Value::hex(&appender.head.tree.root()));
                appender.rows.heads.push(appender.head.record());
                appender.head = fresh(appender.head.pos);
                appender.append(&system, &opened)?;
                Ok(appender)
            }
        }
    }

    /// Appends one event and gives its position over all logs.
    ///
    /// # Errors
    /// When the entry is too long or has no salt.
    pub fn append(&mut self, caller: &Caller, event: &Event) -> Result<i64, AppendError> {
        let seq = self.head.tree.size();
        let detail = match event.detail.is_empty() {
            true => None,
            false => Some(self.detail(seq, event)?),
        };
        let place = Place {
            seq,
            time: self.time,
            node: &self.origin.node,
            boot: &self.origin.boot,
        };
        let leaf = entry::encode(&place, caller, event, detail.as_ref())?;
        let log = &self.head.log;
        for subtree in self.head.tree.append(&leaf) {
            self.rows.hashes.push(vec![
                SqlValue::text(log),
                SqlValue::integer(subtree.level),
                SqlValue::count(subtree.index),
                SqlValue::blob(&subtree.hash),
            ]);
        }
        self.head.pos += 1;
        self.head.last_time = self.time;
        if let Some(told) = &event.told {
            let line = feed::record(told, self.head.pos, self.time);
            self.rows.feed.push(line);
        }
        if self.rows.first.is_none() {
            self.rows.first = Some((log.clone(), seq, leaf.clone()));
        }
        self.rows.entries.push(vec![
            SqlValue::text(log),
            SqlValue::count(seq),
            SqlValue::integer(self.head.pos),
            SqlValue::Blob(Some(leaf)),
        ]);
        Ok(self.head.pos)
    }

    fn detail(&mut self, seq: u64, event: &Event) -> Result<Hash, AppendError> {
        let salt: [u8; 32] = random(self.entropy)?;
        let json = canonical::encode(&Value::Object(event.detail.clone()));
        let hash = entry::detail_hash(&salt, &json);
        self.rows.details.push(vec![
            SqlValue::text(&self.head.log),
            SqlValue::count(seq),
            SqlValue::blob(&salt),
            SqlValue::Text(Some(String::from_utf8_lossy(&json).into_owned())),
        ]);
        Ok(hash)
    }

    /// The rows to be written, and the head's last.
    #[must_use]
    pub fn finish(mut self) -> Appended {
        self.rows.heads.push(self.head.record());
        self.rows
    }
}

fn size(tree: &Tree) -> i64 {
    i64::try_from(tree.size()).unwrap_or(i64::MAX)
}

#[async_trait]
impl<F: Fetch> AuditLog for F {
    async fn head(&self) -> Result<Option<AuditHead>, StoreError> {
        let head = first(self, head_query(), read_head).await?;
        Ok(head.map(Head::port))
    }

    async fn log(&self, name: &str) -> Result<Option<AuditHead>, StoreError> {
        let query = Query::from("audit_head").eq("log", SqlValue::text(name));
        Ok(first(self, query, read_head).await?.map(Head::port))
    }

    async fn leaves(
        &self,
        log: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let query = Query::new("SELECT seq, leaf FROM audit_entry WHERE 1 = 1")
            .eq("log", SqlValue::text(log))
            .sql(" AND seq >= ")
            .bind(SqlValue::count(from))
            .sql(" ORDER BY seq")
            .limit(limit);
        super::query::all(self, query, |row| {
            let row = Fields::of(row);
            Ok((row.number("seq")?, row.bytes("leaf")?))
        })
        .await
    }

    async fn subtrees(
        &self,
        log: &str,
        places: &[tree::Place],
    ) -> Result<HashMap<tree::Place, Hash>, StoreError> {
        if places.is_empty() {
            return Ok(HashMap::new());
        }
        let mut query = Query::new("WITH v (level, n) AS (VALUES ");
        for (at, (level, index)) in places.iter().enumerate() {
            query = query
                .sql(if at == 0 { "(" } else { ", (" })
                .bind(SqlValue::integer(*level))
                .sql(", ")
                .bind(SqlValue::count(*index))
                .sql(")");
        }
        // Each by the primary key.
        let query = query
            .sql(") SELECT t.level AS level, t.n AS n, t.hash AS hash FROM v CROSS JOIN audit_hash AS t WHERE t.level = v.level AND t.n = v.n AND t.log = ")
            .bind(SqlValue::text(log));
        let found = super::query::all(self, query, |row| {
            let row = Fields::of(row);
            Ok(((row.number("level")?, row.number("n")?), row.array("hash")?))
        });
        Ok(found.await?.into_iter().collect())
    }

    async fn detail(&self, log: &str, seq: u64) -> Result<Option<AuditDetail>, StoreError> {
        let query = Query::from(DETAIL.name)
            .eq("log", SqlValue::text(log))
            .eq("seq", SqlValue::count(seq));
        first(self, query, |row| {
            let row = Fields::of(row);
            Ok(AuditDetail {
                salt: row.array("salt")?,
                json: row.string("json")?.into_bytes(),
            })
        })
        .await
    }
}
