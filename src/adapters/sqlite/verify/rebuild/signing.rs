//! Activations, serials, certificates, CRLs, profiles and blocked keys.

use super::{Row, Telling, strings};
use crate::{
    adapters::{sql::value::SqlValue, sqlite::verify::said::Said},
    domain::{audit::value::Value, key_checks},
};

pub(super) fn activation(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "activation", told.id());
    match told.kind() {
        "activation.submitted" if !told.says("again") => {
            row.there()
                .set("order_id", told.text("order"))
                .word("state", "running")
                .set("subject_data", told.text("subject_data"))
                .set("mailbox", told.text("mailbox"))
                .set("replaces", told.text("replaces"))
                .set("common_name", told.text("common_name"))
                .set("fields", strings(told.list("fields")))
                .known("acting_for", told.acting_for())
                .set("spki_sha256", told.bytes("spki"))
                .known("statements", told.statements())
                .none("refusal")
                .none("certificate")
                .set("~submitted_at", told.now());
        }
        "request.approved" => {
            row.word("state", "issued")
                .set("certificate", told.text("certificate"));
        }
        "activation.refused" => {
            row.word("state", "refused")
                .set("refusal", told.text("code"));
        }
        _ => {}
    }
}

/// The log knows a serial by its hex alone: no two issuers share one of 64 random bits.
pub(super) fn certificate(told: &Telling<'_>, said: &mut Said) {
    let serial = told.id();
    match told.kind() {
        "cert.sign_intent" => {
            said.count("intent", serial, "#intents");
            Row::of(said, "intent", serial)
                .there()
                .set("issuer", told.text("issuer"))
                .set("activation_id", told.text("activation"))
                .set("crl_partition", told.number("partition"))
                .set("tbs_sha256", told.digest())
                .set("profile", told.text("profile"))
                .set("profile_sha256", told.bytes("profile_sha256"))
                .set("lint_rules", told.text("lint_rules"))
                .set("lint_findings", findings(told))
                .word("boot", &told.entry.boot)
                .set("not_after", told.time("not_after"))
                .set("~recorded_at", told.now())
                .set("~settled_at", SqlValue::Integer(None));
            grounds(told, said);
            key_texts(told, said);
        }
        "cert.issued" => {
            said.count("intent", serial, "#issued");
            said.set("intent", serial, "~settled_at", told.now());
            if let Some(id) = told.word("certificate") {
                Row::of(said, "certificate", id)
                    .there()
                    .word("serial", serial)
                    .set("sha256", told.bytes("certificate_sha256"))
                    .none("replaces")
                    .set("replaced_until", SqlValue::Integer(None))
                    .set("~created_at", told.now());
            }
        }
        "cert.sign_unresolved" => {
            said.count("intent", serial, "#unresolved");
            said.set("intent", serial, "~settled_at", told.now());
            Row::of(said, "revoked", serial)
                .there()
                .word("reason", "unspecified")
                .set("revoked_at", told.time("revoked_at"));
        }
        _ => {}
    }
}

/// What the decision rested on, each as `aggregate id version`.
fn grounds(told: &Telling<'_>, said: &mut Said) {
    for ground in told.list("rests_on") {
        let Some((object, version)) = ground.rsplit_once(' ') else {
            continue;
        };
        let id = format!("{} {object}", told.id());
        let version = SqlValue::Integer(version.parse().ok());
        Row::of(said, "rests_on", &id)
            .there()
            .set("issuer", told.text("issuer"))
            .set("row_version", version);
    }
}

/// The texts by which the key was judged.
fn key_texts(told: &Telling<'_>, said: &mut Said) {
    if let Some(version) = told.word(key_checks::RULES) {
        said.there("key_text", &format!("key_rules {version}"));
    }
    if let Some(sha256) = told.word(key_checks::LISTS) {
        said.there("key_text", &format!("key_lists {sha256}"));
    }
}

/// Names of the warnings that were allowed, as the store keeps them.
pub(super) fn findings(told: &Telling<'_>) -> SqlValue {
    let Some(Value::List(items)) = told.entry.data.get("lint_findings") else {
        return SqlValue::Text(None);
    };
    let rule = |item: &Value| match item {
        Value::Object(pairs) => match pairs.get("rule") {
            Some(Value::Text(rule)) => Some(rule.clone()),
            _ => None,
        },
        _ => None,
    };
    let names: Vec<String> = items.iter().filter_map(rule).collect();
    SqlValue::text(names.join(" "))
}

pub(super) fn revocation(told: &Telling<'_>, said: &mut Said) {
    match told.kind() {
        "revocation.accepted" => {
            if let Some(serial) = told.word("serial") {
                Row::of(said, "revoked", serial)
                    .there()
                    .set("issuer", told.text("issuer"))
                    .set("crl_partition", told.number("partition"))
                    .set("reason", told.text("reason"))
                    .set("revoked_at", told.time("requested_at"));
            }
            Row::of(said, "revocation", told.id())
                .there()
                .set("certificate_id", told.text("certificate"))
                .set("issuer", told.text("issuer"))
                .set("serial", told.text("serial"))
                .set("crl_partition", told.number("partition"))
                .set("ra", told.text("ra"))
                .known("customer", told.personal("customer_ref"))
                .set("order_id", told.text("order"))
                .set("reason", told.text("reason"))
                .set("compromised_at", told.time("compromised_at"))
                .known("note", told.personal("note"))
                .set("requested_by", told.text("requested_by"))
                .known("acting_for", told.acting_for())
                .word("state", "recorded")
                .set("created_at", told.time("requested_at"))
                .set("publish_by", told.time("publish_by"))
                .set("crl_number", SqlValue::Integer(None))
                .set("~published_at", SqlValue::Integer(None));
        }
        "revocation.effective" => {
            Row::of(said, "revocation", told.id())
                .word("state", "published")
                .set("crl_number", told.number("crl_number"))
                .set("~published_at", told.now());
        }
        _ => {}
    }
}

pub(super) fn revocation_list(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "revocation_list", told.id());
    match told.kind() {
        "crl.sign_intent" => {
            row.there()
                .word("state", "recorded")
                .set("tbs_sha256", told.digest())
                .set("this_update", told.time("this_update"))
                .set("next_update", told.time("next_update"))
                .set("entries", told.number("entries"))
                .set("lint_rules", told.text("lint_rules"))
                .set("lint_findings", findings(told))
                .word("boot", &told.entry.boot)
                .set("der_sha256", SqlValue::Blob(None));
            said.count("revocation_list", told.id(), "#intents");
        }
        "crl.signed" => {
            row.word("state", "signed")
                .set("der_sha256", told.bytes("crl_sha256"));
        }
        "crl.sign_failed" => {
            row.word("state", "abandoned");
        }
        _ => {}
    }
}

pub(super) fn profile(told: &Telling<'_>, said: &mut Said) {
    let row = Row::of(said, "profile", told.id());
    match told.kind() {
        "profile.added" | "profile.changed" => {
            row.there()
                .set("sha256", told.digest())
                .set("~retired_at", SqlValue::Integer(None));
            if let Some(sha256) = &told.entry.object_sha256 {
                let form = format!("{} {sha256}", told.id());
                said.there("profile_form", &form);
            }
        }
        "profile.retired" => {
            row.set("~retired_at", told.now());
        }
        _ => {}
    }
}

/// A text by kind, name and digest, as its row has them.
pub(super) fn text(told: &Telling<'_>, said: &mut Said) {
    if let ("text.kept", Some(sha256)) = (told.kind(), &told.entry.object_sha256) {
        let id = format!("{} {sha256}", told.id());
        Row::of(said, "text", &id)
            .there()
            .set("~kept_at", told.now());
    }
}

/// A key that is blocked already keeps its first entry.
pub(super) fn key(told: &Telling<'_>, said: &mut Said) {
    if told.kind() != "key.blocked" {
        return;
    }
    Row::of(said, "blocked_key", told.id())
        .there()
        .set("!algorithm", told.text("algorithm"))
        .set("!bits", told.number("bits"))
        .set("!evidence", told.text("evidence"))
        .word("!blocked_by", &told.entry.actor)
        .set("^created_at", told.now());
}
