//! Checks, facts and signed verdicts of a case, as JSON.

use serde_json::Value as Json;

use super::{
    json::{Members, bytes, maybe, object, text, time},
    value::Unreadable,
};
use crate::domain::{
    case::{CaseFacts, Check, CheckKind, CheckState, SignedVerdict, Verdict},
    owner::IdentityName,
    text::Country,
};

pub fn check(check: &Check) -> Json {
    let evidence = check.evidence.iter().filter_map(text);
    object([
        ("kind", text(&check.kind.name())),
        ("state", text(&check.state.name())),
        ("checked_at", check.checked_at.and_then(time)),
        ("evidence", Some(evidence.collect())),
        ("note", maybe(check.note.as_ref())),
        ("recorded_by", maybe(check.recorded_by.as_ref())),
    ])
}

pub fn read_check(json: &Json) -> Result<Check, Unreadable> {
    let members = Members::of("checks", json)?;
    let evidence = |item: &Json| {
        let id = item.as_str().and_then(|text| text.parse().ok());
        id.ok_or_else(|| members.fault("evidence"))
    };
    Ok(Check {
        kind: members.with("kind", CheckKind::from_name)?,
        state: members.with("state", CheckState::from_name)?,
        checked_at: members.maybe_time("checked_at")?,
        evidence: members.list("evidence", evidence)?,
        note: members.maybe_text("note")?,
        recorded_by: members.maybe("recorded_by", IdentityName::parse)?,
    })
}

pub fn facts(facts: &CaseFacts) -> Json {
    object([
        ("organization", text(&facts.organization)),
        (
            "organization_identifier",
            text(&facts.organization_identifier),
        ),
        ("country", text(&facts.country)),
        ("state_or_province", maybe(facts.state_or_province.as_ref())),
        ("locality", maybe(facts.locality.as_ref())),
    ])
}

pub fn read_facts(json: &Json) -> Result<CaseFacts, Unreadable> {
    let members = Members::of("facts", json)?;
    Ok(CaseFacts {
        organization: members.text("organization")?,
        organization_identifier: members.text("organization_identifier")?,
        country: members.with("country", Country::parse)?,
        state_or_province: members.maybe_text("state_or_province")?,
        locality: members.maybe_text("locality")?,
    })
}

pub fn verdict(verdict: &SignedVerdict) -> Json {
    object([
        ("by", text(&verdict.by)),
        ("credential", bytes(&verdict.credential)),
        ("verdict", text(&verdict.verdict.name())),
        ("digest", bytes(&verdict.digest)),
        ("signature", bytes(&verdict.signature)),
        ("reason", maybe(verdict.reason.as_ref())),
        ("at", time(verdict.at)),
    ])
}

pub fn read_verdict(json: &Json) -> Result<SignedVerdict, Unreadable> {
    let members = Members::of("verdict", json)?;
    Ok(SignedVerdict {
        by: members.with("by", IdentityName::parse)?,
        credential: members.array("credential")?,
        verdict: members.with("verdict", Verdict::from_name)?,
        digest: members.array("digest")?,
        signature: members.bytes("signature")?,
        reason: members.maybe_text("reason")?,
        at: members.time("at")?,
    })
}
