//! Orders, data, cases, mailboxes, people and what is said to them.

use serde_json::Value as Json;

use super::{Row, Telling, strings};
use crate::{
    adapters::{
        sql::{json, value::SqlValue},
        sqlite::verify::said::Said,
    },
    domain::{
        case::{CheckKind, lookup::AUTOMATIC},
        mailbox::CODE_LIFE,
        notification::Topic,
        timestamp::Timestamp,
    },
};

fn contacts(told: &Telling<'_>) -> Option<SqlValue> {
    let names = [("technical", "technical"), ("revocation", "revocation")];
    told.members(&names).map(|json| SqlValue::json(&json))
}

pub(super) fn order(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "orders", told.id());
    match (told.kind(), told.word("what")) {
        ("order.created", _) => {
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
                .none("subject_data")
                .none("mailbox")
                .none("activation")
                .none("certificate")
                .set("renews", told.text("renews"))
                .none("renewed_by")
                .set("~created_at", told.now());
        }
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
        ("order.changed", Some(end @ ("rejected" | "lapsed"))) => {
            row.word("state", end)
                .known("close_note", told.personal("note"));
        }
        ("order.cancelled", _) => {
            row.word("state", "cancelled")
                .known("close_note", told.personal("note"));
        }
        ("order.issued", _) => {
            row.word("state", "issued")
                .set("certificate", told.text("certificate"));
        }
        ("data.bound", _) => {
            row.set("subject_data", told.text("subject_data"));
        }
        _ => {}
    }
}

pub(super) fn subject_data(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "subject_data", told.id());
    let none = || strings([]);
    match told.kind() {
        "data.created" => data_created(told, row),
        "request.received" if told.says("answer") => {
            row.word("state", "under_verification")
                .set("needed", none())
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
                .known("message", told.personal("message"));
        }
        "request.withdrawn" => match told.word("what") {
            Some("replaced") => {
                row.word("state", "replaced")
                    .set("needed", none())
                    .none("message");
            }
            Some(state) => {
                row.word("state", state);
            }
            None => {}
        },
        "data.suspended" => {
            row.word("state", "suspended")
                .known("doubt", told.personal("reason"))
                .none("proposed");
        }
        "data.proposed" => {
            row.set("proposed", told.text("proposed"));
        }
        "data.resumed" => {
            row.word("state", "verified").none("doubt").none("proposed");
        }
        "data.invalidated" => {
            row.word("state", "rejected")
                .known("doubt", told.personal("reason"))
                .none("proposed");
        }
        "data.abbreviated" => {
            row.known("abbreviation", told.personal("abbreviation"));
        }
        "data.bound" => {
            row.known("customer", told.personal("customer_ref"));
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
        .none("proposed")
        .word("state", "draft")
        .set("statements", strings([]))
        .none("case_id")
        .none("verified")
        .set("needed", strings([]))
        .none("message")
        .known("acting_for", told.acting_for())
        .set("~submitted_at", SqlValue::Integer(None))
        .set("~created_at", told.now());
}

const FACTS: [(&str, &str); 5] = [
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
    Some(SqlValue::json(&Json::Object(facts)))
}

/// Each transition of a case tells what it leaves: state and claim.
pub(super) fn case(told: &Telling<'_>, said: &mut Said) {
    let id = told.id();
    if told.kind() == "case.opened" {
        let row = Row::of(said, "validation_case", id).there();
        row.set("subject_data", told.text("subject_data"))
            .none("facts")
            .none("proposal")
            .none("decision")
            .none("asked")
            .set("~asked_at", SqlValue::Integer(None))
            .set("~created_at", told.now());
        for kind in CheckKind::ALL {
            let required = told.list("required").contains(&kind.name());
            let state = if required { "REQUIRED" } else { "NOT_REQUIRED" };
            let check = json::object([
                ("kind", json::text(&kind.name())),
                ("state", json::text(&state)),
                ("evidence", Some(Json::Array(Vec::new()))),
            ]);
            said.set("check", id, kind.name(), SqlValue::json(&check));
        }
    }
    let Some(state) = told.word("state") else {
        return;
    };
    let row = Row::of(said, "validation_case", id)
        .word("state", state)
        .set("claimed_by", told.text("claimed_by"))
        .set("claimed_until", told.time("claimed_until"));
    let row = match told.word("lookup") {
        Some(lookup) => row.word("lookup", lookup),
        None => row,
    };
    let row = match state {
        "proposed" | "decided" => row,
        _ => row.none("proposal"),
    };
    // Work leaves the case with who did it; what registers answered is nobody's work.
    let editor = match told.kind() {
        "evidence.recorded" | "check.recorded" if told.word("by") == Some(AUTOMATIC) => None,
        "evidence.recorded" | "check.recorded" | "facts.recorded" => told.word("claimed_by"),
        "case.document_added" => told.word("by"),
        _ => None,
    };
    match told.kind() {
        "case.proposed" => {
            row.known("proposal", verdict(told));
        }
        "case.decided" => {
            row.known("decision", verdict(told));
        }
        "facts.recorded" => {
            let facts = told.members(&FACTS);
            row.known("facts", facts.map(|facts| SqlValue::json(&facts)));
        }
        "information.requested" => {
            row.known("asked", told.personal("message"))
                .set("~asked_at", told.now());
        }
        "check.recorded" => check(told, said),
        "evidence.recorded" => evidence(told, said),
        _ => {}
    }
    if let Some(editor) = editor {
        said.there("editor", &format!("{id} {editor}"));
    }
}

fn verdict(told: &Telling<'_>) -> Option<SqlValue> {
    let reason = match told.personal("reason")? {
        SqlValue::Text(reason) => reason,
        _ => None,
    };
    Some(SqlValue::json(&json::object([
        ("by", Some(told.word("by")?.into())),
        ("credential", Some(told.word("credential")?.into())),
        ("verdict", Some(told.word("outcome")?.into())),
        ("digest", told.entry.object_sha256.clone().map(Json::String)),
        ("signature", Some(told.word("signature")?.into())),
        ("reason", reason.map(Json::String)),
        ("at", json::time(told.instant("at")?)),
    ])))
}

fn check(told: &Telling<'_>, said: &mut Said) {
    let kind = CheckKind::ALL.into_iter().map(CheckKind::name);
    let Some(kind) = kind
        .into_iter()
        .find(|name| told.word("check") == Some(name))
    else {
        return;
    };
    let Some(SqlValue::Text(note)) = told.personal("note") else {
        return said.forget("check", told.id(), kind);
    };
    let evidence = told.list("evidence").into_iter().map(Json::from).collect();
    let check = json::object([
        ("kind", json::text(&kind)),
        ("state", told.word("outcome").map(Json::from)),
        (
            "checked_at",
            told.instant("checked_at").and_then(json::time),
        ),
        ("evidence", Some(Json::Array(evidence))),
        ("note", note.map(Json::String)),
        ("recorded_by", told.word("by").map(Json::from)),
    ]);
    said.set("check", told.id(), kind, SqlValue::json(&check));
}

fn evidence(told: &Telling<'_>, said: &mut Said) {
    let Some(id) = told.word("evidence") else {
        return;
    };
    Row::of(said, "evidence", id)
        .there()
        .word("case_id", told.id())
        .set("kind", told.text("kind"))
        .known("source", told.personal("source"))
        .known("description", told.personal("description"))
        .set("document", told.text("document"))
        .set("sha256", told.bytes("sha256"))
        .set("obtained_at", told.time("obtained_at"))
        .set("recorded_by", told.text("by"))
        .set("~recorded_at", told.now());
}

pub(super) fn document(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "document", told.id());
    match told.kind() {
        "document.received" => document_received(told, row),
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

pub(super) fn mailbox(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "mailbox", told.id());
    match told.kind() {
        "validation.started" => {
            let made: Option<Timestamp> = told.instant("initiated_at");
            let expires = made.map(|made| made.plus(CODE_LIFE));
            let row = if told.says("resend") {
                row
            } else {
                mailbox_made(told, row)
            };
            row.word("state", "created")
                .set("code_created_at", told.time("initiated_at"))
                .set("code_expires_at", SqlValue::maybe_time(expires))
                .set("code_tries", SqlValue::integer(0))
                .set("initiated_at", told.time("initiated_at"))
                .none("confirmed_by")
                .set("~confirmed_at", SqlValue::Integer(None))
                .none("reused_from");
        }
        "validation.reused" => {
            mailbox_made(told, row)
                .word("state", "verified")
                .set("code_tries", SqlValue::integer(0))
                .set("initiated_at", told.time("initiated_at"))
                .set("reused_from", told.text("from"));
        }
        "validation.passed" => {
            row.word("state", "verified")
                .set("code_created_at", told.time("code_created_at"))
                .set("initiated_at", told.time("initiated_at"))
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
        _ => {}
    }
}

fn mailbox_made<'a>(told: &Telling<'_>, row: Row<'a>) -> Row<'a> {
    row.there()
        .set("order_id", told.text("order"))
        .known("address", told.personal("address"))
        .set("language", told.text("language"))
        .set("~created_at", told.now())
}

/// What the DNS said is told for people; the row keeps it for programs.
pub(super) fn caa(told: &Telling<'_>, said: &mut Said) {
    if told.kind() != "caa.checked" {
        return;
    }
    Row::of(said, "caa_check", told.id())
        .there()
        .known("domain", told.personal("domain"))
        .set("verdict", told.text("verdict"))
        .set("reason", told.text("reason"))
        .set("issuers", strings(told.list("issuers")))
        .known("lookups", told.personal_list("lookups"))
        .set("~checked_at", told.now())
        .set("usable_until", told.time("usable_until"));
}

pub(super) fn identity(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "identity", told.id());
    match told.kind() {
        "role.granted" => {
            let credential = told.word("credential").unwrap_or_default();
            let (kind, value) = match credential.strip_prefix("spki:") {
                Some(hex) => ("spki", hex),
                None => ("uri", credential),
            };
            row.there()
                .set("role", told.text("role"))
                .set("key", told.text("key"))
                .word("credential_kind", kind)
                .word("credential", value)
                .set("qualified_until", told.time("qualified_until"))
                .set("granted_from", told.time("granted_from"))
                .set("granted_until", told.time("granted_until"))
                .set("~disabled_at", SqlValue::Integer(None))
                .set("~created_at", told.now());
        }
        "role.revoked" => {
            row.set("~disabled_at", told.now());
        }
        _ => {}
    }
}

pub(super) fn mail(told: &Telling<'_>, said: &mut Said) {
    let state = match told.kind() {
        "mail.queued" => Some("queued"),
        _ => told.word("state"),
    };
    let Some(state) = state else {
        return;
    };
    let row = Row::of(said, "mail", told.id())
        .there()
        .set("kind", told.text("kind"))
        .set("object", told.text("about"))
        .set("order_id", told.text("order"))
        .set("language", told.text("language"))
        .known("recipient", told.personal("recipient"))
        .word("state", state);
    if told.says("attempt") {
        row.set("attempts", told.number("attempt"));
    }
}

pub(super) fn notification(told: &Telling<'_>, said: &mut Said) {
    let tab = told.word("code").and_then(Topic::from_code);
    let tab = tab.map(|topic| topic.tab().name());
    Row::of(said, "notification", told.id())
        .there()
        .set("code", told.text("code"))
        .set("tab", SqlValue::maybe(tab.as_ref()))
        .set("object", told.text("about"))
        .set("~created_at", told.now());
}

/// Each transition tells what it leaves; what is booked of deliveries no entry tells.
pub(super) fn webhook(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "webhook", told.id());
    let row = if told.kind() == "webhook.created" {
        row.there()
            .set("ra", told.text("ra"))
            .known("customer", told.personal("customer_ref"))
            .known("url", told.personal("url"))
            .set("types", strings(told.list("types")))
            .set("~created_at", told.now())
    } else {
        row
    };
    row.set("state", told.text("state"))
        .set("round", told.number("round"))
        .set("begins_after", told.number("begins_after"));
}
