//! Proofs of control over domains.

use super::{Row, Telling};
use crate::adapters::{sql::value::SqlValue, sqlite::verify::said::Said};

pub(super) fn domain(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "domain_control", told.id());
    match told.kind() {
        "domain.started" => started(told, row),
        "domain.looked" => {
            looked(told, row);
        }
        "domain.proven" => {
            looked(told, row).set("~proven_at", told.now());
        }
        "domain.withdrawn" => {
            row.word("state", "withdrawn");
        }
        _ => {}
    }
}

fn started(told: &Telling<'_>, row: Row<'_>) {
    row.there()
        .set("ra", told.text("ra"))
        .known("customer", told.personal("customer_ref"))
        .set("method", told.text("method"))
        .known("domain", told.personal("domain"))
        .known("record", told.personal("record"))
        .set("value", told.text("value"))
        .word("state", "pending")
        .set("value_until", told.time("value_until"))
        .set("valid_until", told.time("valid_until"))
        .set("looks", SqlValue::integer(0))
        .set("looked_at", SqlValue::Integer(None))
        .none("verdict")
        .none("quorum")
        .none("seen")
        .set("~proven_at", SqlValue::Integer(None))
        .set("~created_at", told.now());
}

fn looked<'a>(told: &Telling<'_>, row: Row<'a>) -> Row<'a> {
    row.set("state", told.text("state"))
        .set("looks", told.number("looks"))
        .set("looked_at", told.time("looked_at"))
        .set("verdict", told.text("verdict"))
        .set("quorum", told.text("quorum"))
        .known("seen", told.personal_list("seen"))
}
