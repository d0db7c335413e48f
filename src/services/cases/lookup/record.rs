//! A lookup as the text that the case keeps: `chancery-lookup/v1`, everything that was seen.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    domain::{
        register::{
            Exchange, Fact, LookupOutcome, RegisterAddress, RegisterNumber, RegisterRecord,
        },
        text::Country,
    },
    policy::{
        case_rules::{
            crossing::{Heard, Named},
            lookup::Finding,
            recheck::Known,
        },
        matching,
    },
};

/// `about`: what the lookup is of, by name and id.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn text(
    (about, id): (&str, String),
    outcome: &LookupOutcome,
    findings: &[Finding],
) -> Result<String, serde_json::Error> {
    let evidence = outcome.evidence();
    let number = &evidence.number;
    let stamps = evidence.stamps.iter();
    let stamps = stamps.map(|one| json!({"name": one.name, "value": one.value.as_str()}));
    let retry_at = match outcome {
        LookupOutcome::Unavailable { retry_at, .. } => Some(retry_at.to_string()),
        _ => None,
    };
    serde_json::to_string_pretty(&json!({
        "format": "chancery-lookup/v1",
        about: id,
        "register": evidence.register.name(),
        "reader": evidence.reader,
        "asked": {
            "type": number.kind, "country": number.country.to_string(), "number": number.number,
        },
        "outcome": outcome.result().name(),
        "retry_at": retry_at,
        "remark": evidence.remark,
        "stamps": stamps.collect::<Vec<_>>(),
        "records": outcome.records().iter().map(record).collect::<Vec<_>>(),
        "matching_tables": matching::TABLES,
        "findings": findings.iter().map(finding).collect::<Vec<_>>(),
        "exchanges": evidence.exchanges.iter().map(exchange).collect::<Vec<_>>(),
    }))
}

/// By which numbers a kept lookup knows the organisation; `None` of any other text.
#[must_use]
pub fn heard(text: &str) -> Option<Heard> {
    #[derive(Deserialize)]
    struct Kept {
        asked: Asked,
        records: Vec<Record>,
    }
    #[derive(Deserialize)]
    struct Record {
        numbers: Vec<Number>,
    }
    #[derive(Deserialize)]
    struct Number {
        #[serde(rename = "type")]
        kind: String,
        number: String,
    }
    #[derive(Deserialize)]
    struct Asked {
        #[serde(rename = "type")]
        kind: String,
        country: String,
        number: String,
    }
    let Kept { asked, records } = serde_json::from_str(text).ok()?;
    let named = records.into_iter().flat_map(|record| record.numbers);
    let named = named.map(|Number { kind, number }| Named { kind, number });
    Some(Heard {
        asked: RegisterNumber {
            kind: asked.kind,
            country: Country::parse(&asked.country)?,
            number: asked.number,
        },
        named: named.collect(),
    })
}

/// The number asked, and what was found in the answer; `None` of any other text.
#[must_use]
pub fn known(text: &str) -> Option<(RegisterNumber, Vec<Known>)> {
    #[derive(Deserialize)]
    struct Kept {
        findings: Vec<KeptFinding>,
    }
    #[derive(Deserialize)]
    struct KeptFinding {
        check: String,
        code: String,
        registered: Option<String>,
    }
    let asked = heard(text)?.asked;
    let Kept { findings } = serde_json::from_str(text).ok()?;
    let findings = findings.into_iter().map(|one| Known {
        check: one.check,
        code: one.code,
        registered: one.registered,
    });
    Some((asked, findings.collect()))
}

fn record(record: &RegisterRecord) -> Value {
    let numbers = record.numbers.iter();
    let numbers =
        numbers.map(|one| json!({"type": one.kind.as_str(), "number": one.number.as_str()}));
    let form = record.legal_form.as_ref();
    let form = form.map(|form| json!({"name": form.raw.as_str(), "elf": maybe(form.elf.as_ref())}));
    json!({
        "number": record.number.as_str(),
        "legal_name": maybe(record.legal_name.as_ref()),
        "other_names": all(&record.other_names),
        "legal_form": form,
        "status": record.status.name(),
        "status_raw": maybe(record.status_raw.as_ref()),
        "address": address(&record.address),
        "numbers": numbers.collect::<Vec<_>>(),
        "contacts": all(&record.contacts),
        "as_of": maybe(record.as_of.as_ref()),
        "cautions": record.cautions.iter().map(|one| one.name()).collect::<Vec<_>>(),
    })
}

fn address(address: &RegisterAddress) -> Value {
    json!({
        "country": maybe(address.country.as_ref()),
        "region": maybe(address.region.as_ref()),
        "locality": maybe(address.locality.as_ref()),
        "street": maybe(address.street.as_ref()),
        "postcode": maybe(address.postcode.as_ref()),
        "whole": maybe(address.whole.as_ref()),
    })
}

fn finding(finding: &Finding) -> Value {
    let steps = finding.steps.iter();
    let steps = steps.map(|step| {
        json!({
            "side": step.side.name(), "rule": step.rule.name(), "from": step.from, "to": step.to,
        })
    });
    json!({
        "check": finding.check.name(),
        "state": finding.state.name(),
        "code": finding.code,
        "verdict": finding.verdict.map(matching::Verdict::name),
        "given": finding.given,
        "registered": finding.registered,
        "steps": steps.collect::<Vec<_>>(),
    })
}

fn exchange(exchange: &Exchange) -> Value {
    let body = std::str::from_utf8(&exchange.body).ok();
    let binary = match body {
        Some(_) => None,
        None => Some(BASE64_STANDARD.encode(&exchange.body)),
    };
    let headers = exchange.headers.iter();
    let headers = headers.map(|(name, value)| json!({"name": name, "value": value}));
    json!({
        "method": exchange.method,
        "operation": exchange.operation,
        "url": exchange.url,
        "asked_at": exchange.asked_at.to_string(),
        "ended_at": exchange.ended_at.to_string(),
        "status": exchange.status,
        "headers": headers.collect::<Vec<_>>(),
        "peer_certificate_sha256": exchange.peer_certificate.map(hex::encode),
        "body_sha256": hex::encode(exchange.body_sha256),
        "body": body,
        "body_base64": binary,
        "silence": exchange.silence.map(|silence| silence.name()),
        "detail": exchange.detail,
    })
}

fn maybe(fact: Option<&Fact>) -> Option<&str> {
    fact.map(Fact::as_str)
}

fn all(facts: &[Fact]) -> Vec<&str> {
    facts.iter().map(Fact::as_str).collect()
}
