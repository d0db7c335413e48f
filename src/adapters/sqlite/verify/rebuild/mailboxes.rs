//! Mailboxes, and what the DNS says of their domains.

use serde_json::Value as Json;

use super::{Row, Telling, cases, strings};
use crate::adapters::{
    sql::{json, value::SqlValue},
    sqlite::verify::said::Said,
};

pub(super) fn mailbox(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "mailbox", told.id());
    match told.kind() {
        "validation.started" => mailbox_started(told, row),
        "validation.reused" => {
            mailbox_made(told, row)
                .word("state", "verified")
                .set("method", told.text("method"))
                .none("domain_control")
                .set("code_tries", SqlValue::integer(0))
                .set("initiated_at", told.time("initiated_at"))
                .set("valid_until", told.time("valid_until"))
                .set("reused_from", told.text("from"));
        }
        "validation.passed" => {
            row.word("state", "verified")
                .set("code_created_at", told.time("code_created_at"))
                .set("initiated_at", told.time("initiated_at"))
                .set("valid_until", told.time("valid_until"))
                .set("confirmed_by", told.text("channel"))
                .set("~confirmed_at", told.now());
        }
        "validation.failed" => match told.word("reason") {
            Some("undeliverable") => {
                row.word("state", "undeliverable");
            }
            Some("disowned") => {
                row.word("state", "disowned");
            }
            Some("locked") => {
                row.word("state", "locked")
                    .set("code_tries", told.number("tries"));
            }
            _ => {
                row.set("code_tries", told.number("tries"));
            }
        },
        "validation.superseded" => {
            row.word("state", "superseded");
        }
        "validation.released" => {
            row.word("state", "invalidated");
        }
        "validation.doubted" => {
            row.known("doubt", doubt(told))
                .known("proposal", cases::verdict(told));
        }
        "validation.upheld" => {
            row.none("doubt").none("proposal");
        }
        // Of its own, or with the proof that it was taken over from.
        "validation.invalidated" => {
            let row = row.word("state", "invalidated");
            if told.word("step").is_some() {
                row.known("decision", cases::verdict(told));
            }
        }
        _ => {}
    }
}

fn mailbox_started(told: &Telling<'_>, row: Row<'_>) {
    let row = if told.says("resend") {
        row
    } else {
        mailbox_made(told, row)
    };
    row.word("state", "created")
        .set("method", told.text("method"))
        .set("domain_control", told.text("domain_control"))
        .set("code_created_at", told.time("initiated_at"))
        .set("code_expires_at", told.time("code_expires_at"))
        .set("code_tries", SqlValue::integer(0))
        .set("initiated_at", told.time("initiated_at"))
        .set("valid_until", told.time("valid_until"))
        .none("confirmed_by")
        .set("~confirmed_at", SqlValue::Integer(None))
        .none("reused_from");
}

fn mailbox_made<'a>(told: &Telling<'_>, row: Row<'a>) -> Row<'a> {
    row.there()
        .set("order_id", told.text("order"))
        .known("address", told.personal("address"))
        .set("language", told.text("language"))
        .none("doubt")
        .none("proposal")
        .none("decision")
        .set("~created_at", told.now())
}

fn doubt(told: &Telling<'_>) -> Option<SqlValue> {
    let text = |name| match told.personal(name)? {
        SqlValue::Text(text) => Some(text.map(Json::String)),
        _ => None,
    };
    Some(SqlValue::json(&json::object([
        ("source", text("source")?),
        ("evidence", text("evidence")?),
    ])))
}

/// What the DNS said is told for people; the row keeps it for programs.
pub(super) fn caa(told: &Telling<'_>, said: &mut Said) {
    if told.kind() != "caa.checked" {
        return;
    }
    let seen = match told.says("quorum") {
        true => told.personal_list("seen"),
        false => Some(SqlValue::Text(None)),
    };
    Row::of(said, "caa_check", told.id())
        .there()
        .known("domain", told.personal("domain"))
        .set("verdict", told.text("verdict"))
        .set("reason", told.text("reason"))
        .set("issuers", strings(told.list("issuers")))
        .known("lookups", told.personal_list("lookups"))
        .set("quorum", told.text("quorum"))
        .known("seen", seen)
        .set("~checked_at", told.now())
        .set("usable_until", told.time("usable_until"));
}
