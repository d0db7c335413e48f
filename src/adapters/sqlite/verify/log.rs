//! Every log from its first entry to its head: no gap, one spelling, one tree.

use std::collections::HashMap;

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings, PAGE, Told,
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
    findings: &mut Findings,
) -> Result<Told, DatabaseError> {
    let mut told = Told::default();
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
        pos = one_log(snapshot, &head, pos, &mut told, findings).await?;
    }
    let stray = Query::new(
        "SELECT count(*) AS n FROM audit_entry WHERE log NOT IN (SELECT log FROM audit_head)",
    );
    findings.demand(
        count(snapshot, stray).await? == 0,
        "audit",
        "an entry of no log",
    );
    Ok(told)
}

async fn one_log(
    snapshot: &mut Snapshot,
    head: &Head,
    pos: i64,
    told: &mut Told,
    findings: &mut Findings,
) -> Result<i64, DatabaseError> {
    let mut walk = Walk {
        log: &head.log,
        tree: Tree::default(),
        pos,
        time: Timestamp::EPOCH,
        hashes: 0,
    };
    while walk.page(snapshot, told, findings).await? {}
    let tree = &walk.tree;
    let object = format!("log {}", head.log);
    findings.demand(
        tree.size() == head.size,
        &object,
        "the head has another size",
    );
    findings.demand(
        tree.root() == head.root,
        &object,
        "the head has another root",
    );
    let frontier = tree.frontier().concat() == head.frontier;
    findings.demand(frontier, &object, "the head has another frontier");
    findings.demand(
        walk.pos == head.pos,
        &object,
        "the head has another position",
    );
    let time = walk.time == head.last_time;
    findings.demand(time, &object, "the head has another time");
    let stored = Query::new("SELECT count(*) AS n FROM audit_hash WHERE 1 = 1")
        .eq("log", SqlValue::text(&head.log));
    let stored = count(snapshot, stored).await?;
    findings.demand(
        stored == walk.hashes,
        &object,
        "a stored hash of no subtree",
    );
    findings.report.entries += tree.size();
    Ok(walk.pos)
}

impl Walk<'_> {
    /// The next entries; `false` at the end.
    async fn page(
        &mut self,
        snapshot: &mut Snapshot,
        told: &mut Told,
        findings: &mut Findings,
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
            let object = format!("entry {}#{seq}", self.log);
            if seq != self.tree.size() {
                findings.demand(false, &object, "entries before it are missing");
                return Ok(false);
            }
            self.pos += 1;
            let pos = row.integer("pos")?;
            findings.demand(pos == self.pos, &object, "its position is not the next");
            let leaf = row.bytes("leaf")?;
            for subtree in self.tree.append(&leaf) {
                self.hashes += 1;
                let there = stored.get(&(subtree.level, subtree.index)) == Some(&subtree.hash);
                findings.demand(there, &object, "a stored hash over it is missing or wrong");
            }
            self.entry(&object, &leaf, seq, told, findings);
            check_detail(row, &object, &leaf, findings)?;
        }
        Ok(!rows.is_empty())
    }

    fn entry(
        &mut self,
        object: &str,
        leaf: &[u8],
        seq: u64,
        told: &mut Told,
        findings: &mut Findings,
    ) {
        let Ok(entry) = entry::decode(leaf) else {
            findings.demand(false, object, "it is not a canonical entry");
            return;
        };
        findings.demand(entry.seq == seq, object, "it names another place");
        findings.demand(entry.time >= self.time, object, "its time goes back");
        self.time = self.time.max(entry.time);
        hear(&entry, object, told, findings);
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

/// Personal data that still stand beside the log are those the entry committed to.
fn check_detail(
    row: Fields<'_>,
    object: &str,
    leaf: &[u8],
    findings: &mut Findings,
) -> Result<(), DatabaseError> {
    let Some(json) = row.maybe_string("json")? else {
        return Ok(());
    };
    let hash = entry::detail_hash(&row.array("salt")?, json.as_bytes());
    let told = entry::decode(leaf).ok().and_then(|entry| entry.detail);
    let same = told == Some(hex::encode(hash));
    findings.demand(same, object, "the personal data beside it are others");
    Ok(())
}

fn hear(entry: &Entry, object: &str, told: &mut Told, findings: &mut Findings) {
    let id = entry.object_id.clone();
    let digest = entry.object_sha256.clone().unwrap_or_default();
    match entry.kind.as_str() {
        "cert.sign_intent" => {
            let before = told.intents.insert(id, digest);
            findings.demand(before.is_none(), object, "a second intent for its serial");
        }
        "cert.issued" => {
            let first = told.issued.insert(id);
            findings.demand(first, object, "its serial was issued before");
        }
        "cert.sign_unresolved" => {
            told.unresolved.insert(id);
        }
        "crl.sign_intent" => {
            let before = told.lists.insert(id, digest);
            findings.demand(
                before.is_none(),
                object,
                "a second intent for its CRL number",
            );
        }
        _ => {}
    }
}

async fn count(snapshot: &mut Snapshot, query: Query) -> Result<u64, DatabaseError> {
    let rows = snapshot.rows(query).await?;
    let count = rows.first().map(|row| Fields::of(row).number("n"));
    Ok(count.transpose()?.unwrap_or_default())
}
