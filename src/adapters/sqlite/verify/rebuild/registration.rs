//! Orders, data and documents.

use serde_json::Value as Json;

use super::{Row, Telling, strings};
use crate::adapters::{
    sql::{json, value::SqlValue},
    sqlite::verify::said::Said,
};

fn contacts(told: &Telling<'_>) -> Option<SqlValue> {
    let names = [("technical", "technical"), ("revocation", "revocation")];
    told.members(&names).map(|json| SqlValue::json(&json))
}

pub(super) fn order(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "orders", told.id());
    match (told.kind(), told.word("what")) {
        ("order.created", _) => order_created(told, row),
        ("order.changed", Some("edit")) => {
            row.known("alias", told.personal("alias"))
                .set("language", told.text("language"))
                .known("contacts", contacts(told));
        }
        ("order.changed", Some("mailbox")) => {
            row.set("mailbox", told.text("mailbox"));
        }
        ("order.changed", Some("submitted")) => {
            row.word("state", "submitted")
                .set("activation", told.text("activation"));
        }
        ("order.changed", Some("renewed")) => {
            row.set("renewed_by", told.text("renewed_by"));
        }
        ("order.changed", Some("reissue")) => {
            row.set("activation", told.text("activation"));
        }
        ("order.reissued", _) => {
            row.set("certificate", told.text("certificate"));
            if let Some(new) = told.word("certificate") {
                Row::of(said, "certificate", new)
                    .set("replaces", told.text("replaces"))
                    .set("replaced_until", told.time("replaced_until"));
            }
        }
        ("order.changed", Some("reopened")) => {
            row.word("state", "open");
        }
        ("order.changed", Some("lapsed")) => {
            row.word("state", "lapsed").none("rejection");
        }
        ("order.cancelled", _) => {
            row.word("state", "cancelled")
                .known("close_note", told.personal("note"))
                .none("rejection");
        }
        ("order.rejection_proposed", _) => {
            row.set("rejection", told.text("rejection"));
        }
        ("order.rejected", _) => {
            row.word("state", "rejected");
        }
        ("order.issued", _) => {
            row.word("state", "issued")
                .none("rejection")
                .set("certificate", told.text("certificate"));
        }
        ("data.bound", _) => {
            row.set("subject_data", told.text("subject_data"));
        }
        _ => {}
    }
}

fn order_created(told: &Telling<'_>, row: Row<'_>) {
    row.there()
        .set("number", told.text("number"))
        .set("ra", told.text("ra"))
        .known("customer", told.personal("customer_ref"))
        .set("product", told.text("product"))
        .known("alias", told.personal("alias"))
        .known("partner_order_ref", told.personal("partner_order_ref"))
        .set("language", told.text("language"))
        .known("contacts", contacts(told))
        .known("acting_for", told.acting_for())
        .word("state", "open")
        .none("close_note")
        .none("rejection")
        .none("subject_data")
        .none("mailbox")
        .none("activation")
        .none("certificate")
        .set("renews", told.text("renews"))
        .none("renewed_by")
        .set("window_ends", told.time("window_ends"))
        .set("~created_at", told.now());
}

pub(super) fn subject_data(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "subject_data", told.id());
    let none = || strings([]);
    match told.kind() {
        "data.created" => data_created(told, row),
        "request.received" if told.says("answer") => {
            row.word("state", "under_verification")
                .set("needed", none())
                .set("answer_until", SqlValue::Integer(None))
                .none("message");
        }
        "request.received" => {
            row.word("state", "under_verification")
                .set("case_id", told.text("case"))
                .known("statements", told.statements())
                .set("~submitted_at", told.now());
        }
        "information.requested" => {
            row.word("state", "waiting_for_applicant")
                .set("needed", strings(told.list("needed")))
                .set("answer_until", told.time("answer_until"))
                .known("message", told.personal("message"));
        }
        "request.approved" => {
            row.word("state", "verified")
                .known("verified", verified(told))
                .none("message");
        }
        "request.rejected" => {
            row.word("state", "rejected")
                .set("needed", none())
                .set("answer_until", SqlValue::Integer(None))
                .known("message", told.personal("message"));
        }
        "request.withdrawn" => match told.word("what") {
            Some("replaced") => {
                row.word("state", "replaced")
                    .set("needed", none())
                    .set("answer_until", SqlValue::Integer(None))
                    .none("message");
            }
            Some(state) => {
                row.word("state", state);
            }
            None => {}
        },
        "data.abbreviated" => {
            row.known("abbreviation", told.personal("abbreviation"));
        }
        "data.bound" => {
            row.known("customer", told.personal("customer_ref"));
        }
        _ => doubt(told, row),
    }
}

fn doubt(told: &Telling<'_>, row: Row<'_>) {
    match told.kind() {
        "data.suspended" => {
            row.word("state", told.word("state").unwrap_or("suspended"))
                .known("doubt", told.personal("reason"))
                .set("doubted_at", told.time("doubted_at"))
                .none("proposed");
        }
        "data.proposed" => {
            row.set("proposed", told.text("proposed"));
        }
        "data.resumed" => {
            row.word("state", told.word("state").unwrap_or("verified"))
                .none("doubt")
                .set("doubted_at", SqlValue::Integer(None))
                .none("proposed");
        }
        "data.invalidated" => {
            row.word("state", "rejected")
                .known("doubt", told.personal("reason"))
                .set("doubted_at", told.time("doubted_at"))
                .none("proposed");
        }
        _ => {}
    }
}

fn data_created(told: &Telling<'_>, row: Row<'_>) {
    row.there()
        .set("ra", told.text("ra"))
        .known("customer", told.personal("customer_ref"))
        .set("revision", told.number("revision"))
        .set("previous", told.text("previous"))
        .known("organization", told.personal("organization"))
        .none("abbreviation")
        .set("country", told.text("country"))
        .known("state_or_province", told.personal("state_or_province"))
        .known("locality", told.personal("locality"))
        .known("register", told.personal("register"))
        .known("register_number", told.personal("register_number"))
        .none("doubt")
        .set("doubted_at", SqlValue::Integer(None))
        .none("proposed")
        .word("state", "draft")
        .set("statements", strings([]))
        .none("case_id")
        .none("verified")
        .set("needed", strings([]))
        .set("answer_until", SqlValue::Integer(None))
        .none("message")
        .known("acting_for", told.acting_for())
        .set("~submitted_at", SqlValue::Integer(None))
        .set("~created_at", told.now());
}

/// What a case establishes and its data then hold.
pub(super) const FACTS: [(&str, &str); 5] = [
    ("organization", "organization"),
    ("organization_identifier", "organization_identifier"),
    ("country", "country"),
    ("state_or_province", "state_or_province"),
    ("locality", "locality"),
];

fn verified(told: &Telling<'_>) -> Option<SqlValue> {
    let Json::Object(mut facts) = told.members(&FACTS)? else {
        return None;
    };
    for name in [
        "organization_checked_at",
        "authority_checked_at",
        "decided_at",
    ] {
        facts.insert(name.to_owned(), json::time(told.instant(name)?)?);
    }
    for name in ["organization_paper_of", "authority_paper_of"] {
        if let Some(day) = told.instant(name) {
            facts.insert(name.to_owned(), json::time(day)?);
        }
    }
    let representatives = told.detail?.get("representatives")?;
    facts.insert("representatives".to_owned(), representatives.clone());
    let SqlValue::Integer(Some(days)) = told.number("carries_days") else {
        return None;
    };
    facts.insert("carries_days".to_owned(), days.into());
    Some(SqlValue::json(&Json::Object(facts)))
}

pub(super) fn document(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "document", told.id());
    match told.kind() {
        "document.received" => document_received(told, row),
        "document.scan_wanted" => {
            row.set("scan", told.text("scan"));
        }
        "document.scanned" => {
            row.set("scan", told.text("scan"))
                .set("finding", told.text("finding"))
                .set("~scanned_at", told.now());
        }
        "document.erased" => {
            row.set("~erased_at", told.now());
        }
        _ => {}
    }
}

fn document_received(told: &Telling<'_>, row: Row<'_>) {
    row.there()
        .set("subject_data", told.text("subject_data"))
        .set("kind", told.text("kind"))
        .known("description", told.personal("description"))
        .known("file_name", told.personal("file_name"))
        .set("media_type", told.text("media_type"))
        .set("size", told.number("size"))
        .set("sha256", told.digest())
        .set("case_id", told.text("case"))
        .set("brought_by", told.text("by"))
        .set("scan", told.text("scan"))
        .none("finding")
        .set("~scanned_at", SqlValue::Integer(None))
        .set("~erased_at", SqlValue::Integer(None))
        .set("~received_at", told.now());
}

/// Opening one is told of it too, and leaves no row.
pub(super) fn data_lookup(told: &Telling<'_>, said: &mut Said) {
    if told.kind() != "data.looked_up" {
        return;
    }
    Row::of(said, "data_lookup", told.id())
        .there()
        .set("subject_data", told.text("subject_data"))
        .set("register", told.text("register"))
        .set("result", told.text("result"))
        .set("against", strings(told.list("against")))
        .set("sha256", told.digest())
        .set("obtained_at", told.time("obtained_at"))
        .set("recorded_by", told.text("by"))
        .set("~created_at", told.now());
}
