//! `POST /cases/{id}/lookup`: a register is asked for a case.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        lookups::{
            Caution, LastLookup, LookupFinding, LookupProgress, LookupResource, MatchStep,
            NewLookup, OtherNumber, RegisterRecord,
        },
        problem::{Bilingual, Problem},
    },
    domain::{
        case::{Case, Evidence},
        id::CaseId,
        refusal::{Fault, Refused},
        register::{self, Fact, LookupOutcome, LookupResult, RegisterId},
    },
    http::{
        answer,
        cases::wire,
        extract::{json::Json, path::Id, scope::WorkCases},
        refusal::Refusal,
        state::AppState,
    },
    policy::{case_rules::lookup::Finding, matching::step::Step},
    services::cases::lookup::{LookedUp, LookupWish},
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(lookup))
}

/// Asks a register and records what came of it as evidence: a proposal falls by it. A register
/// that is down is an answer too (`unavailable`), never `not_found`.
#[utoipa::path(post, path = "/cases/{id}/lookup", tag = "cases",
    params(("id" = String, Path)), request_body = NewLookup,
    responses((status = 201, body = LookupResource), (status = "4XX", body = Problem)))]
async fn lookup(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<CaseId>,
    Json(body): Json<NewLookup>,
) -> Result<Response, Refusal> {
    let wish = wish(&body)?;
    let done = app.cases.lookup(&scope, id, &wish).await?;
    let path = format!("/cases/{id}/evidence/{}", done.evidence.id);
    let body = resource(&done);
    Ok(answer::respond(answer::created(
        &path,
        done.view.version,
        &body,
    )))
}

/// How far the registers are.
#[must_use]
pub fn progress(case: &Case) -> LookupProgress {
    let state = case.lookup.name();
    LookupProgress {
        state: state.to_owned(),
        message: Bilingual::of_code(&format!("lookup-{}", state.replace('_', "-"))),
    }
}

/// The last lookup among a case's evidence, by the time of its answer: pieces that were recorded
/// together come in no order.
#[must_use]
pub fn last(evidence: &[Evidence]) -> Option<LastLookup> {
    let lookups = evidence.iter();
    let lookups = lookups.filter_map(|piece| Some((piece, piece.kind.lookup()?)));
    let (piece, result) = lookups.max_by_key(|(piece, _)| piece.obtained_at)?;
    Some(LastLookup {
        outcome: result.name().to_owned(),
        message: message(result),
        at: piece.obtained_at.to_string(),
        evidence_id: piece.id.to_string(),
    })
}

/// What a person wishes to ask.
///
/// # Errors
/// 422 with its member.
pub fn wish(body: &NewLookup) -> Result<LookupWish, Refused> {
    let fault = |pointer: &str, code| Refused {
        faults: vec![Fault {
            pointer: pointer.to_owned(),
            code,
        }],
        ..Refused::unacceptable("validation-failed")
    };
    let register = match body.register.as_deref() {
        None => None,
        Some(name) => {
            let known = RegisterId::from_name(name);
            Some(known.ok_or_else(|| fault("/register", "member-invalid"))?)
        }
    };
    let number = match (&body.registration_type, &body.registration_number) {
        (None, None) => None,
        (Some(kind), Some(number)) => Some((kind.clone(), number.clone())),
        (None, Some(_)) => return Err(fault("/registration_type", "member-missing")),
        (Some(_), None) => return Err(fault("/registration_number", "member-missing")),
    };
    Ok(LookupWish { register, number })
}

fn resource(done: &LookedUp) -> LookupResource {
    let outcome = &done.outcome;
    let seen = outcome.evidence();
    let retry_at = match outcome {
        LookupOutcome::Unavailable { retry_at, .. } => Some(retry_at.to_string()),
        _ => None,
    };
    LookupResource {
        register: seen.register.name().to_owned(),
        registration_type: seen.number.kind.clone(),
        registration_number: seen.number.number.clone(),
        outcome: outcome.result().name().to_owned(),
        message: message(outcome.result()),
        retry_at,
        remark: seen.remark.clone(),
        records: outcome.records().iter().map(record).collect(),
        findings: done.findings.iter().map(finding).collect(),
        evidence: wire::evidence(&done.evidence),
        case_digest: crate::domain::case::digest::spell(&done.view.digest),
    }
}

/// An outcome in words.
#[must_use]
pub fn message(result: LookupResult) -> Bilingual {
    Bilingual::of_code(match result {
        LookupResult::Found => "register-found",
        LookupResult::NotFound => "register-not-found",
        LookupResult::Ambiguous => "register-ambiguous",
        LookupResult::Unavailable => "register-unavailable",
        LookupResult::SchemaChanged => "register-schema-changed",
    })
}

fn record(record: &register::RegisterRecord) -> RegisterRecord {
    let text = |fact: &Option<Fact>| fact.as_ref().map(ToString::to_string);
    let texts = |facts: &[Fact]| facts.iter().map(ToString::to_string).collect();
    let address = &record.address;
    let form = record.legal_form.as_ref();
    RegisterRecord {
        number: record.number.to_string(),
        legal_name: text(&record.legal_name),
        other_names: texts(&record.other_names),
        legal_form: form.map(|form| form.raw.to_string()),
        status: record.status.name().to_owned(),
        status_raw: text(&record.status_raw),
        country: text(&address.country),
        region: text(&address.region),
        locality: text(&address.locality),
        street: text(&address.street),
        postcode: text(&address.postcode),
        address: text(&address.whole),
        numbers: record.numbers.iter().map(other).collect(),
        contacts: texts(&record.contacts),
        as_of: text(&record.as_of),
        cautions: record.cautions.iter().map(|one| caution(*one)).collect(),
    }
}

fn other(one: &register::OtherNumber) -> OtherNumber {
    OtherNumber {
        kind: one.kind.to_string(),
        number: one.number.to_string(),
    }
}

fn caution(caution: register::Caution) -> Caution {
    Caution {
        code: caution.name().to_owned(),
        message: Bilingual::of_code(&format!("caution-{}", caution.name())),
    }
}

fn finding(finding: &Finding) -> LookupFinding {
    LookupFinding {
        check: finding.check.name().to_owned(),
        state: finding.state.name().to_owned(),
        code: finding.code.to_owned(),
        message: Bilingual::of_code(finding.code),
        verdict: finding.verdict.map(|verdict| verdict.name().to_owned()),
        given: finding.given.clone(),
        registered: finding.registered.clone(),
        steps: finding.steps.iter().map(step).collect(),
    }
}

fn step(step: &Step) -> MatchStep {
    let words = step.rule.words();
    MatchStep {
        side: step.side.name().to_owned(),
        rule: step.rule.name().to_owned(),
        message: Bilingual {
            en: words.en.to_owned(),
            pl: words.pl.to_owned(),
        },
        from: step.from.clone(),
        to: step.to.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        case::EvidenceKind, id::EvidenceId, owner::IdentityName, text::Text, timestamp::Timestamp,
    };

    fn piece(number: u8, kind: EvidenceKind, obtained_at: i64) -> Evidence {
        let now = Timestamp::from_millis(9_000);
        Evidence {
            id: EvidenceId::new(now, [number; 10]),
            case: CaseId::new(now, [1; 10]),
            kind,
            source: Text::parse("krs").unwrap(),
            description: None,
            document: None,
            register: None,
            contact: None,
            issued_on: None,
            content: "{}".to_owned(),
            sha256: [number; 32],
            obtained_at: Timestamp::from_millis(obtained_at),
            recorded_by: IdentityName::parse("anna").unwrap(),
            recorded_at: now,
        }
    }

    #[test]
    fn the_last_lookup_is_the_one_that_was_answered_last() {
        let late = piece(1, EvidenceKind::Lookup(LookupResult::Found), 3_000);
        let early = piece(2, EvidenceKind::Lookup(LookupResult::Unavailable), 2_000);
        let note = piece(3, EvidenceKind::Note, 4_000);
        let told = last(&[late.clone(), early, note.clone()]).unwrap();
        assert_eq!(told.evidence_id, late.id.to_string());
        assert_eq!(told.outcome, "found");
        assert!(last(&[note]).is_none());
    }
}
