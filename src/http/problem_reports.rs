//! `/v1/reports`: reports of problems, for the people who work on them.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        list::{self, Listing, Paging},
        path::Id,
        scope::ReadReports,
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        list::List,
        problem::Problem,
        problem_reports::{ProblemReport, ReportWord},
    },
    domain::{id::ReportId, problem_report::Word},
    ports::store::Cursor,
    services::problem_reports::Judged,
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(all))
        .routes(routes!(read))
}

/// Which reports are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// `open`: those that wait, the most urgent first. Without it all, newest first.
    state: Option<OpenOnly>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum OpenOnly {
    Open,
}

/// Lists reports: with `state=open` by their deadlines, else newest first.
#[utoipa::path(get, path = "/reports", tag = "reports", params(Paging, Filter),
    responses((status = 200, body = List<ProblemReport>),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn all(
    State(app): State<AppState>,
    ReadReports(scope): ReadReports,
    listing: Listing<Filter>,
) -> Result<Response, Refusal> {
    let page = listing.page;
    if let Some(OpenOnly::Open) = listing.filter.state {
        let open = app.problem_reports.queue(&scope).await?;
        let open: Vec<ProblemReport> = open.iter().map(wire).collect();
        return Ok(answer::ok(&list::cut(open, &page, |one| one.id.clone())?));
    }
    let found = app.problem_reports.list(&scope, &page).await?;
    let place = |judged: &Judged| Cursor {
        created_at: judged.report.received_at,
        id: judged.report.id.to_string(),
    };
    Ok(answer::ok(&list::page(&found, &page, place, wire)))
}

/// Reads a report.
#[utoipa::path(get, path = "/reports/{id}", tag = "reports", params(("id" = String, Path)),
    responses((status = 200, body = ProblemReport),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn read(
    State(app): State<AppState>,
    ReadReports(scope): ReadReports,
    Id(id): Id<ReportId>,
) -> Result<Response, Refusal> {
    let judged = app.problem_reports.get(&scope, id).await?;
    let found = answer::found(judged.report.version(), &wire(&judged));
    Ok(answer::respond(found))
}

fn wire(judged: &Judged) -> ProblemReport {
    let (report, due) = (&judged.report, judged.report.due());
    let decision = report.decision.as_ref();
    ProblemReport {
        id: report.id.to_string(),
        problem: report.problem.name().to_owned(),
        state: report.state.name().to_owned(),
        evidence: report.evidence.map(|one| one.name().to_owned()),
        key: report.key.map(hex::encode),
        certificate_id: report.certificate.map(|id| id.to_string()),
        named: report.named.as_ref().map(ToString::to_string),
        description: report.description.as_ref().map(ToString::to_string),
        contact: report.contact.as_ref().map(ToString::to_string),
        language: report.language.code().to_owned(),
        received_at: report.received_at.to_string(),
        preliminary_due: report.preliminary_due.to_string(),
        decide_due: report.decide_due.to_string(),
        due: due.map(|at| at.to_string()),
        overdue: due.is_some_and(|at| at < judged.at),
        preliminary: report.preliminary.as_ref().map(word),
        outcome: decision.map(|(outcome, _)| outcome.name().to_owned()),
        decision: decision.map(|(_, said)| word(said)),
    }
}

fn word(word: &Word) -> ReportWord {
    ReportWord {
        text: word.text.to_string(),
        by: word.by.clone(),
        at: word.at.to_string(),
    }
}
