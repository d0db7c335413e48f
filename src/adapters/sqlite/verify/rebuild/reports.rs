//! Reports of problems with certificates.

use super::{Row, Telling};
use crate::adapters::{sql::value::SqlValue, sqlite::verify::said::Said};

pub(super) fn report(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "problem_report", told.id());
    match told.kind() {
        "problem.reported" => received(told, row),
        "problem.answered" => {
            row.word("state", "answered")
                .known("preliminary", told.personal("text"))
                .set("preliminary_by", told.text("by"))
                .set("~preliminary_at", told.now());
        }
        "problem.decided" => {
            row.word("state", "decided")
                .set("outcome", told.text("outcome"))
                .known("decision", told.personal("text"))
                .set("decided_by", told.text("by"))
                .set("~decided_at", told.now());
        }
        _ => {}
    }
}

fn received(told: &Telling<'_>, row: Row<'_>) {
    row.there()
        .set("problem", told.text("problem"))
        .set("evidence", told.text("evidence"))
        .set("key_fingerprint", told.text("key"))
        .set("certificate_id", told.text("certificate"))
        .set("named", told.text("named"))
        .known("description", told.personal("description"))
        .known("contact", told.personal("contact"))
        .set("language", told.text("language"))
        .set("digest", told.text("digest"))
        .word("state", "received")
        .set("preliminary_due", told.time("preliminary_due"))
        .set("decide_due", told.time("decide_due"))
        .none("preliminary")
        .none("preliminary_by")
        .set("~preliminary_at", SqlValue::Integer(None))
        .none("outcome")
        .none("decision")
        .none("decided_by")
        .set("~decided_at", SqlValue::Integer(None))
        .set("~created_at", told.now());
}
