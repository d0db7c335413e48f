//! A lookup in words, for people.

use std::fmt::Write;

use crate::api::lookups::{LookupFinding, LookupResource, RegisterRecord};

/// What the register said, what it means, and the evidence it became.
#[must_use]
pub fn lookup(found: &LookupResource) -> String {
    let mut out = String::new();
    let asked = format!("{} {}", found.registration_type, found.registration_number);
    put(
        &mut out,
        "register",
        &format!("{} by {asked}", found.register),
    );
    put(&mut out, "outcome", &found.outcome);
    put(&mut out, "", &found.message.en);
    let more = [("retry at", &found.retry_at), ("remark", &found.remark)];
    for (name, value) in more {
        if let Some(value) = value {
            put(&mut out, name, value);
        }
    }
    for one in &found.records {
        record(&mut out, one);
    }
    for one in &found.findings {
        finding(&mut out, one);
    }
    put(&mut out, "evidence", &found.evidence.id);
    put(&mut out, "digest", &found.case_digest);
    out
}

fn record(out: &mut String, record: &RegisterRecord) {
    put(
        out,
        "entry",
        record.legal_name.as_deref().unwrap_or("(name withheld)"),
    );
    put(out, "  status", &record.status);
    let place = [
        &record.street,
        &record.postcode,
        &record.locality,
        &record.region,
        &record.country,
        &record.address,
    ];
    let place: Vec<_> = place.into_iter().flatten().map(String::as_str).collect();
    put(out, "  address", &place.join(", "));
    for name in &record.other_names {
        put(out, "  also", name);
    }
    for one in &record.numbers {
        put(out, "  number", &format!("{} {}", one.kind, one.number));
    }
    for contact in &record.contacts {
        put(out, "  contact", contact);
    }
    for one in &record.cautions {
        put(out, "  heed", &one.message.en);
    }
}

fn finding(out: &mut String, finding: &LookupFinding) {
    let verdict = finding.verdict.as_deref().unwrap_or("-");
    let line = format!(
        "{:<16} {:<9} {verdict}: {}",
        finding.check, finding.state, finding.message.en
    );
    put(out, "finding", &line);
}

fn put(out: &mut String, name: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{name:<10} {value}");
}
