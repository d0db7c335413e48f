//! Evidence in cases; immutable, its content sealed.

use super::{
    sealing::opened,
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        case::{Contact, Evidence, EvidenceKind},
        id::EvidenceId,
        owner::IdentityName,
        register::RegisterId,
    },
    ports::content_seal::ContentSeal,
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
        "register",
        "reached_at",
        "person",
        "found_in",
        "issued_on",
        "content",
        "sha256",
        "obtained_at",
        "recorded_by",
        "recorded_at",
    ],
    fixed: &[],
    kept: &[],
};

/// `content` is the sealed one.
#[must_use]
pub fn record(evidence: &Evidence, content: SqlValue) -> Record {
    let register = evidence.register.map(RegisterId::name);
    let contact = evidence.contact.as_ref();
    vec![
        SqlValue::text(evidence.id),
        SqlValue::text(evidence.case),
        SqlValue::text(evidence.kind.name()),
        SqlValue::text(&evidence.source),
        SqlValue::maybe(evidence.description.as_ref()),
        SqlValue::maybe(evidence.document.as_ref()),
        SqlValue::maybe(register.as_ref()),
        SqlValue::maybe(contact.map(|contact| &contact.reached_at)),
        SqlValue::maybe(contact.map(|contact| &contact.person)),
        SqlValue::maybe(contact.map(|contact| &contact.found_in)),
        SqlValue::maybe_time(evidence.issued_on),
        content,
        SqlValue::blob(&evidence.sha256),
        SqlValue::time(evidence.obtained_at),
        SqlValue::text(&evidence.recorded_by),
        SqlValue::time(evidence.recorded_at),
    ]
}

pub fn read(row: &dyn Columns, seal: &dyn ContentSeal) -> Result<Evidence, Unreadable> {
    let row = Fields::of(row);
    let id: EvidenceId = row.parsed("id")?;
    Ok(Evidence {
        id,
        case: row.parsed("case_id")?,
        kind: row.with("kind", EvidenceKind::from_name)?,
        source: row.text("source")?,
        description: row.maybe_text("description")?,
        document: row.maybe_parsed("document")?,
        register: row.maybe_with("register", RegisterId::from_name)?,
        contact: read_contact(row)?,
        issued_on: row.maybe_time("issued_on")?,
        content: opened(row, id, seal)?,
        sha256: row.array("sha256")?,
        obtained_at: row.time("obtained_at")?,
        recorded_by: row.with("recorded_by", IdentityName::parse)?,
        recorded_at: row.time("recorded_at")?,
    })
}

fn read_contact(row: Fields<'_>) -> Result<Option<Contact>, Unreadable> {
    let Some(found_in) = row.maybe_parsed("found_in")? else {
        return Ok(None);
    };
    Ok(Some(Contact {
        reached_at: row.text("reached_at")?,
        person: row.text("person")?,
        found_in,
    }))
}
