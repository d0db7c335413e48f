//! Validation cases: checks, evidence, the words of two people.

use serde_json::Value as Json;

use super::{Row, Telling, registration::FACTS};
use crate::{
    adapters::{
        sql::{json, value::SqlValue},
        sqlite::verify::said::Said,
    },
    domain::case::{CheckKind, lookup::AUTOMATIC},
};

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
            .set("answer_until", SqlValue::Integer(None))
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
                .set("~asked_at", told.now())
                .set("answer_until", told.time("answer_until"));
        }
        "check.recorded" => check(told, said),
        "evidence.recorded" => evidence(told, said),
        _ => {}
    }
    if let Some(editor) = editor {
        said.there("editor", &format!("{id} {editor}"));
    }
}

pub(super) fn verdict(told: &Telling<'_>) -> Option<SqlValue> {
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
        .set("register", told.text("register"))
        .known("reached_at", told.personal("reached_at"))
        .known("person", told.personal("person"))
        .set("found_in", told.text("found_in"))
        .set("issued_on", told.time("issued_on"))
        .set("sha256", told.bytes("sha256"))
        .set("obtained_at", told.time("obtained_at"))
        .set("recorded_by", told.text("by"))
        .set("~recorded_at", told.now());
}
