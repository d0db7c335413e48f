//! Documents: metadata only, their bytes lie in files.

use super::{
    owner,
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::domain::document::{Document, DocumentKind, MediaType};

pub static TABLE: Table = Table {
    name: "document",
    key: 1,
    columns: &[
        "id",
        "subject_data",
        "ra",
        "customer",
        "kind",
        "description",
        "file_name",
        "media_type",
        "size",
        "sha256",
        "stored_as",
        "received_at",
    ],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn record(document: &Document) -> Record {
    let [ra, customer] = owner::columns(&document.owner);
    vec![
        SqlValue::text(document.id),
        SqlValue::text(document.subject_data),
        ra,
        customer,
        SqlValue::text(document.kind.name()),
        SqlValue::maybe(document.description.as_ref()),
        SqlValue::text(&document.file_name),
        SqlValue::text(document.media_type.name()),
        SqlValue::count(document.size),
        SqlValue::blob(&document.sha256),
        SqlValue::text(&document.stored_as),
        SqlValue::time(document.received_at),
    ]
}

pub fn read(row: &dyn Columns) -> Result<Document, Unreadable> {
    let row = Fields::of(row);
    Ok(Document {
        id: row.parsed("id")?,
        subject_data: row.parsed("subject_data")?,
        owner: owner::read(row)?,
        kind: row.with("kind", DocumentKind::from_name)?,
        description: row.maybe_text("description")?,
        file_name: row.text("file_name")?,
        media_type: row.with("media_type", MediaType::from_name)?,
        size: row.number("size")?,
        sha256: row.array("sha256")?,
        stored_as: row.string("stored_as")?,
        received_at: row.time("received_at")?,
    })
}
