//! What evidence holds: sealed, of its own row, and what its digest says. Reads piece after piece.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings, Issuers, Progress, Report, Unreadable,
    rule::Rule,
};
use crate::{
    adapters::sql::{
        query::Query,
        value::{Fields, SqlValue},
    },
    ports::content_seal::{ContentSeal, SealError},
};

/// Rows read at a time: a content has up to some 2 MiB.
const PAGE: u32 = 20;

/// Judges each content, into the report of the database. With `keyed` false one is sound as far as
/// its head shows.
///
/// # Errors
/// When the database cannot be read.
pub async fn check(
    path: &Path,
    seal: &dyn ContentSeal,
    keyed: bool,
    report: Report,
    progress: Progress<'_>,
) -> Result<Report, Unreadable> {
    let issuers = Issuers::new();
    let mut findings = Findings {
        report,
        step: (String::new(), 0),
        progress,
        issuers: &issuers,
    };
    for table in ["evidence", "data_lookup"] {
        let mut after = String::new();
        loop {
            let query = Query::from(table)
                .sql(" AND id > ")
                .bind(SqlValue::text(&after))
                .sql(" ORDER BY id")
                .limit(PAGE);
            let rows = Snapshot::beside(path, &[]).await?.rows(query).await?;
            for row in &rows {
                let row = Fields::of(row);
                after = row.string("id").map_err(DatabaseError::from)?;
                let object = format!("{table} {after}");
                let judged = judge(row, &after, table, seal, keyed);
                if let Some(Err(rule)) = findings.read(&object, judged)? {
                    findings.demand(false, object, rule);
                }
            }
            findings.step_by(table, rows.len());
            if rows.is_empty() {
                break;
            }
        }
    }
    Ok(findings.report)
}

fn judge(
    row: Fields<'_>,
    id: &str,
    table: &str,
    seal: &dyn ContentSeal,
    keyed: bool,
) -> Result<Result<(), Rule>, DatabaseError> {
    let digest: [u8; 32] = row.array("sha256")?;
    // Evidence in a document has that document's digest.
    let elsewhere = table == "evidence" && row.maybe_string("document")?.is_some();
    Ok(match seal.open(id, &row.bytes("content")?) {
        Ok(plain) if elsewhere || digest == <[u8; 32]>::from(Sha256::digest(&plain)) => Ok(()),
        Err(SealError::KeyGone(_)) if !keyed => Ok(()),
        Err(SealError::KeyGone(_)) => Err(Rule::ContentKey),
        Ok(_) | Err(_) => Err(Rule::ContentAltered),
    })
}
