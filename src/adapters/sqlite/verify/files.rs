//! Each document's file: there, encrypted, and what was received. Reads one file after the other in
//! pieces: memory does not grow with them, time does.

use std::path::Path;

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings, Issuers, PAGE, Progress, Report, Unreadable,
    rule::Rule,
};
use crate::{
    adapters::sql::{
        document,
        query::Query,
        value::{Fields, SqlValue},
    },
    domain::document::Document,
    ports::document_files::{DocumentFiles, FilesError, sha256},
};

/// Judges the files of all documents that are not erased, into the report of the database. With
/// `keyed` false a file is sound as far as its head shows.
///
/// # Errors
/// When database or directory cannot be read.
pub async fn check(
    path: &Path,
    files: &dyn DocumentFiles,
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
    let mut after = String::new();
    loop {
        let query = Query::from("document")
            .sql(" AND erased_at IS NULL AND id > ")
            .bind(SqlValue::text(&after))
            .sql(" ORDER BY id")
            .limit(PAGE);
        // A state that is read through all files would keep the daemon's log from being taken home.
        let rows = Snapshot::beside(path, &[]).await?.rows(query).await?;
        for row in &rows {
            after = Fields::of(row).string("id").map_err(DatabaseError::from)?;
            // A row that cannot be read is named by the walk over the tables.
            let Ok(document) = document::read(row) else {
                continue;
            };
            let judged = judge(&document, files, keyed).await?;
            let Err(rule) = judged else { continue };
            // The daemon may have erased it since.
            if !erased_meanwhile(path, &after).await? {
                findings.demand(false, format!("document {after}"), rule);
            }
        }
        findings.step_by("document", rows.len());
        if rows.is_empty() {
            return Ok(findings.report);
        }
    }
}

async fn judge(
    document: &Document,
    files: &dyn DocumentFiles,
    keyed: bool,
) -> Result<Result<(), Rule>, Unreadable> {
    let read = match files.open(document.id).await {
        Ok(mut file) => sha256(&mut *file).await,
        Err(error) => Err(error),
    };
    Ok(match read {
        Ok(found) if found == document.sha256 => Ok(()),
        Err(FilesError::KeyGone(_)) if !keyed => Ok(()),
        Err(FilesError::KeyGone(_)) => Err(Rule::DocumentKey),
        Err(FilesError::Missing) => Err(Rule::DocumentMissing),
        Ok(_) | Err(FilesError::NotSealed | FilesError::Damaged) => Err(Rule::DocumentAltered),
        Err(error @ FilesError::Unavailable(_)) => return Err(Unreadable::Files(error)),
    })
}

async fn erased_meanwhile(path: &Path, id: &str) -> Result<bool, DatabaseError> {
    let mut snapshot = Snapshot::beside(path, &[]).await?;
    let query = Query::new("SELECT 1 AS gone FROM document WHERE erased_at IS NOT NULL AND id = ")
        .bind(SqlValue::text(id));
    Ok(!snapshot.rows(query).await?.is_empty())
}
