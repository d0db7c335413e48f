//! `/v1/lint`: every certificate under the rules of today, page by page.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        list::{self, Listing, NoFilter, Paging},
        scope::LintStock,
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        lint::{Census, Finding, JudgedCertificate},
        list::List,
        problem::Problem,
    },
    ports::store::Cursor,
    services::stock::Judged,
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(census))
        .routes(routes!(certificates))
}

/// The rules and the age of the stock (operator, auditor).
#[utoipa::path(get, path = "/lint", tag = "lint",
    responses((status = 200, body = Census),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn census(
    State(app): State<AppState>,
    LintStock(scope): LintStock,
) -> Result<Response, Refusal> {
    let census = app.stock.census(&scope).await?;
    Ok(answer::ok(&Census {
        at: census.at.to_string(),
        rules: census.rules.to_owned(),
        oldest_issued_at: census.oldest.map(|at| at.to_string()),
    }))
}

/// Certificates judged by today's rules, newest first (operator, auditor).
#[utoipa::path(get, path = "/lint/certificates", tag = "lint", params(Paging),
    responses((status = 200, body = List<JudgedCertificate>),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn certificates(
    State(app): State<AppState>,
    LintStock(scope): LintStock,
    listing: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let page = listing.page;
    let judged = app.stock.judge(&scope, &page).await?;
    let place = |one: &Judged| Cursor {
        created_at: one.issued_at,
        id: one.id.to_string(),
    };
    Ok(answer::ok(&list::page(&judged, &page, place, wire)))
}

fn wire(judged: &Judged) -> JudgedCertificate {
    let findings = judged.findings.iter().flatten().map(|finding| Finding {
        rule: finding.rule.to_owned(),
        citation: finding.citation.to_owned(),
        detail: finding.detail.clone(),
    });
    JudgedCertificate {
        certificate_id: judged.id.to_string(),
        issuer: judged.issuer.to_string(),
        serial: hex::encode(&judged.serial),
        issued_at: judged.issued_at.to_string(),
        is_judged: judged.findings.is_some(),
        findings: findings.collect(),
    }
}
