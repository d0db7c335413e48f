//! People and frontends, and what is said to them.

use super::{Row, Telling, strings};
use crate::{
    adapters::{sql::value::SqlValue, sqlite::verify::said::Said},
    domain::notification::Topic,
};

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

/// The address is told once, with the first wish.
pub(super) fn unsubscription(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "unsubscription", told.id())
        .there()
        .set("reminders", told.text("reminders"));
    let row = if told.says("first") {
        row.known("address", told.personal("address"))
            .set("~created_at", told.now())
    } else {
        row
    };
    row.word(
        "wish",
        match told.kind() {
            "reminders.stopped" => "stopped",
            _ => "resumed",
        },
    );
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
            .set("place", told.number("place"))
            .set("types", strings(told.list("types")))
            .set("~created_at", told.now())
    } else {
        row
    };
    row.set("state", told.text("state"))
        .set("round", told.number("round"))
        .set("begins_after", told.number("begins_after"));
}
