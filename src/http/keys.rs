//! `/v1/blocked-keys` and `/v1/key-checks`: subscribers' keys, for security officers.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::run,
        json::Json,
        list::{self, Listing, NoFilter, Paging},
        scope::{ManageKeys, ReadKeys},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        keys::{
            BlockedKey, BlockedKeyReport, KeyCheck, KeyFinding, KeyProof, NewBlockedKey,
            NewKeyCheck,
        },
        list::List,
        problem::{Bilingual, Problem},
    },
    domain::{
        refusal::{Fault, Refused},
        subject_key,
        text::Text,
    },
    policy::key_report::{self, Proof, Report, ReportFault},
    ports::store::Cursor,
    services::key_reports::{Carriers, Looked, report_refusal},
};

/// The resources' routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(all, block))
        .routes(routes!(check))
}

/// Keys that are never certified again, newest first (security officer, auditor).
#[utoipa::path(get, path = "/blocked-keys", tag = "keys", params(Paging),
    responses((status = 200, body = List<BlockedKey>),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn all(
    State(app): State<AppState>,
    ReadKeys(scope): ReadKeys,
    listing: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let page = listing.page;
    let found = app.key_reports.list(&scope, &page).await?;
    let place = |key: &subject_key::BlockedKey| Cursor {
        created_at: key.blocked_at,
        id: key.id(),
    };
    Ok(answer::ok(&list::page(&found, &page, place, entry)))
}

/// Blocks a compromised key for ever and revokes its valid certificates; blocking it again changes
/// nothing (security officer).
#[utoipa::path(post, path = "/blocked-keys", tag = "keys", request_body = NewBlockedKey,
    responses((status = 200, body = BlockedKeyReport),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn block(
    State(app): State<AppState>,
    ManageKeys(scope): ManageKeys,
    Json(new): Json<NewBlockedKey>,
) -> Result<Response, Refusal> {
    let note = new.note.as_deref().map(Text::parse).transpose();
    let note = note.map_err(|_| member("/note"))?;
    let report = report(&new)?;
    let service = Arc::clone(&app.key_reports);
    let act = async move { service.block(&scope, &report, note.as_ref()).await };
    let (blocked, carriers) = run(&app, act).await??;
    Ok(answer::ok(&BlockedKeyReport {
        entry: entry(&blocked),
        certificates: ids(&carriers),
        more: carriers.more,
    }))
}

/// Judges a key as a CSR with it would be judged; stores nothing (security officer, auditor).
#[utoipa::path(post, path = "/key-checks", tag = "keys", request_body = NewKeyCheck,
    responses((status = 200, body = KeyCheck),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn check(
    State(app): State<AppState>,
    ReadKeys(scope): ReadKeys,
    Json(new): Json<NewKeyCheck>,
) -> Result<Response, Refusal> {
    let report = key_report::examine(&new.key, Proof::None).map_err(report_refusal)?;
    let looked = app.key_reports.look(&scope, report.key).await?;
    Ok(answer::ok(&wire(&looked)))
}

fn report(new: &NewBlockedKey) -> Result<Report, Refused> {
    let signature = match &new.proof {
        Some(KeyProof::SignedChallenge { signature }) => {
            let octets = STANDARD.decode(signature);
            Some(octets.map_err(|_| report_refusal(ReportFault::Proof))?)
        }
        Some(KeyProof::SignedRequest {}) | None => None,
    };
    let proof = match (&new.proof, &new.challenge, &signature) {
        (None, None, _) => Proof::None,
        (Some(KeyProof::SignedRequest {}), Some(agreed), _) => Proof::CommonName(agreed),
        (Some(KeyProof::SignedChallenge { .. }), Some(agreed), Some(signature)) => {
            Proof::Challenge { agreed, signature }
        }
        _ => return Err(member("/challenge")),
    };
    key_report::examine(&new.key, proof).map_err(report_refusal)
}

fn member(pointer: &str) -> Refused {
    Refused {
        faults: vec![Fault {
            pointer: pointer.to_owned(),
            code: "member-invalid",
        }],
        ..Refused::unacceptable("validation-failed")
    }
}

fn entry(blocked: &subject_key::BlockedKey) -> BlockedKey {
    BlockedKey {
        fingerprint: blocked.id(),
        algorithm: blocked.algorithm.clone(),
        bits: blocked.bits,
        evidence: blocked.evidence.name().to_owned(),
        blocked_by: blocked.blocked_by.clone(),
        blocked_at: blocked.blocked_at.to_string(),
    }
}

fn ids(carriers: &Carriers) -> Vec<String> {
    carriers.named.iter().map(ToString::to_string).collect()
}

fn wire(looked: &Looked) -> KeyCheck {
    let finding = |found: &crate::services::key_reports::Finding| KeyFinding {
        code: found.code.to_owned(),
        rule: found.rule.to_owned(),
        message: Bilingual::of_code(found.code),
    };
    KeyCheck {
        valid: looked.findings.is_empty(),
        algorithm: looked.key.algorithm_name().to_owned(),
        bits: looked.key.bits(),
        fingerprint: hex::encode(looked.key.fingerprint()),
        spki_sha256: hex::encode(looked.key.spki_sha256()),
        findings: looked.findings.iter().map(finding).collect(),
        blocked: looked.blocked.as_ref().map(entry),
        certificates: ids(&looked.carriers),
        more: looked.carriers.more,
    }
}
