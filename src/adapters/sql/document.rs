//! Documents: metadata only, their bytes lie in files.

use super::{
    owner,
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::domain::{
    aggregate::{Loaded, Version},
    document::{BroughtBy, Document, DocumentKind, MediaType, Scan},
    owner::IdentityName,
};

pub static TABLE: Table = Table {
    name: "document",
    key: 1,
    columns: &[
        "id",
        "version",
        "subject_data",
        "ra",
        "customer",
        "kind",
        "description",
        "file_name",
        "media_type",
        "size",
        "sha256",
        "case_id",
        "brought_by",
        "scan",
        "finding",
        "scanned_at",
        "erased_at",
        "received_at",
    ],
    fixed: &[
        "subject_data",
        "ra",
        "customer",
        "kind",
        "media_type",
        "size",
        "sha256",
        "case_id",
        "brought_by",
        "received_at",
    ],
    kept: &["description", "file_name"],
};

#[must_use]
pub fn record(document: &Document, version: Version) -> Record {
    let [ra, customer] = owner::columns(&document.owner);
    let brought = document.brought_by.as_ref();
    vec![
        SqlValue::text(document.id),
        SqlValue::version(version),
        SqlValue::text(document.subject_data),
        ra,
        customer,
        SqlValue::text(document.kind.name()),
        SqlValue::maybe(document.description.as_ref()),
        SqlValue::text(&document.file_name),
        SqlValue::text(document.media_type.name()),
        SqlValue::count(document.size),
        SqlValue::blob(&document.sha256),
        SqlValue::maybe(brought.map(|by| by.case).as_ref()),
        SqlValue::maybe(brought.map(|by| &by.person)),
        SqlValue::text(document.scan.name()),
        SqlValue::maybe(document.finding.as_ref()),
        SqlValue::maybe_time(document.scanned_at),
        SqlValue::maybe_time(document.erased_at),
        SqlValue::time(document.received_at),
    ]
}

pub fn read(row: &dyn Columns) -> Result<Loaded<Document>, Unreadable> {
    let row = Fields::of(row);
    let brought_by = match row.maybe_parsed("case_id")? {
        Some(case) => Some(BroughtBy {
            case,
            person: row.with("brought_by", IdentityName::parse)?,
        }),
        None => None,
    };
    let document = Document {
        id: row.parsed("id")?,
        subject_data: row.parsed("subject_data")?,
        owner: owner::read(row)?,
        kind: row.with("kind", DocumentKind::from_name)?,
        description: row.maybe_text("description")?,
        file_name: row.text("file_name")?,
        media_type: row.with("media_type", MediaType::from_name)?,
        size: row.number("size")?,
        sha256: row.array("sha256")?,
        brought_by,
        scan: row.with("scan", Scan::from_name)?,
        finding: row.maybe_text("finding")?,
        scanned_at: row.maybe_time("scanned_at")?,
        erased_at: row.maybe_time("erased_at")?,
        received_at: row.time("received_at")?,
    };
    Ok(Loaded::restore(document, row.version()?))
}
