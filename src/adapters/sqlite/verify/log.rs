//! Every log from its first entry to its head: no gap, one spelling, one tree.

use std::collections::HashMap;

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings, PAGE, rebuild,
    rule::Rule,
    said::Said,
};
use crate::{
    adapters::sql::{
        query::Query,
        value::{Fields, SqlValue},
    },
    domain::{
        audit::{
            entry::{self, Entry},
            tree::{Hash, Tree},
        },
        timestamp::Timestamp,
    },
};

/// Personal data beside an entry, by name.
pub(super) type Detail = serde_json::Map<String, serde_json::Value>;

/// A log's head as stored.
struct Head {
    log: String,
    pos: i64,
    size: u64,
    frontier: Vec<u8>,
    root: Hash,
    last_time: Timestamp,
}

/// Where the walk through a log stands.
struct Walk<'a> {
    log: &'a str,
    tree: Tree,
    pos: i64,
    time: Timestamp,
    /// Stored hashes there must be.
    hashes: u64,
}

pub(super) async fn check(
    snapshot: &mut Snapshot,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let mut said = Said::default();
    let query = Query::new("SELECT * FROM audit_head ORDER BY pos");
    let mut pos = 0;
    let mut heads = Vec::new();
    for row in snapshot.rows(query).await? {
        let row = Fields::of(&row);
        heads.push(Head {
            log: row.string("log")?,
            pos: row.integer("pos")?,
            size: row.number("size")?,
            frontier: row.bytes("frontier")?,
            root: row.array("root")?,
            last_time: row.time("last_time")?,
        });
    }
    for head in heads {
        pos = one_log(snapshot, &head, pos, &mut said, findings).await?;
    }
    said.finish(snapshot).await?;
    let stray = Query::new(
        "SELECT count(*) AS n FROM audit_entry WHERE log NOT IN (SELECT log FROM audit_head)",
    );
    findings.demand(
        count(snapshot, stray).await? == 0,
        "audit_entry",
        Rule::EntryOfNoLog,
    );
    Ok(())
}

async fn one_log(
    snapshot: &mut Snapshot,
    head: &Head,
    pos: i64,
    said: &mut Said,
    findings: &mut Findings<'_>,
) -> Result<i64, DatabaseError> {
    let mut walk = Walk {
        log: &head.log,
        tree: Tree::default(),
        pos,
        time: Timestamp::EPOCH,
        hashes: 0,
    };
    while walk.page(snapshot, said, findings).await? {}
    let tree = &walk.tree;
    let object = format!("audit_head {}", head.log);
    findings.demand(tree.size() == head.size, &object, Rule::HeadSize);
    findings.demand(tree.root() == head.root, &object, Rule::HeadRoot);
    let frontier = tree.frontier().concat() == head.frontier;
    findings.demand(frontier, &object, Rule::HeadFrontier);
    findings.demand(walk.pos == head.pos, &object, Rule::HeadPosition);
    let time = walk.time == head.last_time;
    findings.demand(time, &object, Rule::HeadTime);
    let stored = Query::new("SELECT count(*) AS n FROM audit_hash WHERE 1 = 1")
        .eq("log", SqlValue::text(&head.log));
    let stored = count(snapshot, stored).await?;
    findings.demand(stored == walk.hashes, &object, Rule::HashStray);
    findings.report.entries += tree.size();
    Ok(walk.pos)
}

impl Walk<'_> {
    /// The next entries; `false` at the end.
    async fn page(
        &mut self,
        snapshot: &mut Snapshot,
        said: &mut Said,
        findings: &mut Findings<'_>,
    ) -> Result<bool, DatabaseError> {
        let from = self.tree.size();
        let query = Query::new(
            "SELECT e.seq AS seq, e.pos AS pos, e.leaf AS leaf, d.salt AS salt, d.json AS json \
             FROM audit_entry AS e LEFT JOIN audit_detail AS d ON d.log = e.log AND d.seq = e.seq \
             WHERE 1 = 1",
        )
        .eq("e.log", SqlValue::text(self.log))
        .sql(" AND e.seq >= ")
        .bind(SqlValue::count(from))
        .sql(" ORDER BY e.seq")
        .limit(PAGE);
        let rows = snapshot.rows(query).await?;
        let stored = self.stored_hashes(snapshot, from).await?;
        for row in &rows {
            let row = Fields::of(row);
            let seq: u64 = row.number("seq")?;
            let object = format!("audit_entry {}#{seq}", self.log);
            if seq != self.tree.size() {
                findings.demand(false, &object, Rule::EntryGap);
                return Ok(false);
            }
            self.pos += 1;
            let pos = row.integer("pos")?;
            findings.demand(pos == self.pos, &object, Rule::EntryPosition);
            let leaf = row.bytes("leaf")?;
            for subtree in self.tree.append(&leaf) {
                self.hashes += 1;
                let there = stored.get(&(subtree.level, subtree.index)) == Some(&subtree.hash);
                findings.demand(there, &object, Rule::HashWrong);
            }
            let Some(entry) = self.entry(&object, &leaf, seq, findings) else {
                continue;
            };
            let detail = detail_of(row, &object, &entry, findings)?;
            rebuild::hear(&entry, pos, detail.as_ref(), said);
        }
        said.flush(snapshot).await?;
        findings.step_by("audit_entry", rows.len());
        Ok(!rows.is_empty())
    }

    fn entry(
        &mut self,
        object: &str,
        leaf: &[u8],
        seq: u64,
        findings: &mut Findings<'_>,
    ) -> Option<Entry> {
        let Ok(entry) = entry::decode(leaf) else {
            findings.demand(false, object, Rule::EntryForm);
            return None;
        };
        findings.demand(entry.seq == seq, object, Rule::EntryPlace);
        findings.demand(entry.time >= self.time, object, Rule::EntryTime);
        self.time = self.time.max(entry.time);
        Some(entry)
    }

    /// The stored hashes that this page's entries complete.
    async fn stored_hashes(
        &self,
        snapshot: &mut Snapshot,
        from: u64,
    ) -> Result<HashMap<(u32, u64), Hash>, DatabaseError> {
        let to = from + u64::from(PAGE);
        let mut found = HashMap::new();
        for level in 0..u64::BITS {
            let (low, high) = (from >> level, to >> level);
            if low == high {
                break;
            }
            let query = Query::new("SELECT n, hash FROM audit_hash WHERE 1 = 1")
                .eq("log", SqlValue::text(self.log))
                .eq("level", SqlValue::integer(level))
                .sql(" AND n >= ")
                .bind(SqlValue::count(low))
                .sql(" AND n < ")
                .bind(SqlValue::count(high));
            for row in snapshot.rows(query).await? {
                let row = Fields::of(&row);
                found.insert((level, row.number("n")?), row.array("hash")?);
            }
        }
        Ok(found)
    }
}

/// The personal data beside an entry, if they are those it committed to. Nothing erases them yet:
/// that they are missing is damage.
fn detail_of(
    row: Fields<'_>,
    object: &str,
    entry: &Entry,
    findings: &mut Findings<'_>,
) -> Result<Option<Detail>, DatabaseError> {
    let Some(json) = row.maybe_string("json")? else {
        findings.demand(entry.detail.is_none(), object, Rule::DetailMissing);
        return Ok(entry.detail.is_none().then(Detail::new));
    };
    let salt = row.bytes("salt")?;
    let hash = |salt| entry::detail_hash(&salt, json.as_bytes());
    let hash = salt.try_into().ok().map(hash).map(hex::encode);
    let same = hash.is_some() && entry.detail == hash;
    findings.demand(same, object, Rule::DetailAltered);
    let read = serde_json::from_str(&json).ok();
    Ok(read.filter(|_| same))
}

async fn count(snapshot: &mut Snapshot, query: Query) -> Result<u64, DatabaseError> {
    let rows = snapshot.rows(query).await?;
    let count = rows.first().map(|row| Fields::of(row).number("n"));
    Ok(count.transpose()?.unwrap_or_default())
}
