//! Evidence in cases; immutable.

use super::{
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::domain::{
    case::{Evidence, EvidenceKind},
    owner::IdentityName,
};

pub static TABLE: Table = Table {
    name: "evidence",
    key: 1,
    columns: &[
        "id",
        "case_id",
        "kind",
        "source",
        "description",
        "document",
        "content",
        "sha256",
        "obtained_at",
        "recorded_by",
        "recorded_at",
    ],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn record(evidence: &Evidence) -> Record {
    vec![
        SqlValue::text(evidence.id),
        SqlValue::text(evidence.case),
        SqlValue::text(evidence.kind.name()),
        SqlValue::text(&evidence.source),
        SqlValue::maybe(evidence.description.as_ref()),
        SqlValue::maybe(evidence.document.as_ref()),
        SqlValue::text(&evidence.content),
        SqlValue::blob(&evidence.sha256),
        SqlValue::time(evidence.obtained_at),
        SqlValue::text(&evidence.recorded_by),
        SqlValue::time(evidence.recorded_at),
    ]
}

pub fn read(row: &dyn Columns) -> Result<Evidence, Unreadable> {
    let row = Fields::of(row);
    Ok(Evidence {
        id: row.parsed("id")?,
        case: row.parsed("case_id")?,
        kind: row.with("kind", EvidenceKind::from_name)?,
        source: row.text("source")?,
        description: row.maybe_text("description")?,
        document: row.maybe_parsed("document")?,
        content: row.string("content")?,
        sha256: row.array("sha256")?,
        obtained_at: row.time("obtained_at")?,
        recorded_by: row.with("recorded_by", IdentityName::parse)?,
        recorded_at: row.time("recorded_at")?,
    })
}
