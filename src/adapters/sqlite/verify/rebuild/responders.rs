//! Delegated OCSP signing certificates.

use super::{Row, Telling, signing::findings};
use crate::adapters::{sql::value::SqlValue, sqlite::verify::said::Said};

pub(super) fn responder(told: &Telling<'_>, said: &mut Said) {
    let serial = told.id();
    match told.kind() {
        "cert.sign_intent" => {
            said.count("responder", serial, "#intents");
            Row::of(said, "responder", serial)
                .there()
                .set("issuer", told.text("issuer"))
                .set("key_name", told.text("key"))
                .set("tbs_sha256", told.digest())
                .set("not_before", told.time("not_before"))
                .set("not_after", told.time("not_after"))
                .set("lint_rules", told.text("lint_rules"))
                .set("lint_findings", findings(told))
                .word("boot", &told.entry.boot)
                .word("state", "recorded")
                .set("~recorded_at", told.now())
                .set("~settled_at", SqlValue::Integer(None));
        }
        "cert.issued" => {
            Row::of(said, "responder", serial)
                .word("state", "issued")
                .set("der_sha256", told.bytes("certificate_sha256"))
                .set("~settled_at", told.now());
        }
        "cert.sign_unresolved" => {
            Row::of(said, "responder", serial)
                .word("state", "abandoned")
                .set("~settled_at", told.now());
            Row::of(said, "revoked", serial)
                .there()
                .word("reason", "unspecified")
                .set("revoked_at", told.time("revoked_at"));
        }
        _ => {}
    }
}
