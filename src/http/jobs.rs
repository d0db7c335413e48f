//! `/v1/jobs`: background work, for the operator.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::run,
        list::{self, Listing, Paging},
        path::Id,
        scope::{ManageJobs, ReadJobs},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        jobs::{Job, JobFailure, JobFilter},
        list::List,
        problem::Problem,
    },
    domain::{
        id::JobId,
        job::{Failing, JobKind, JobState},
    },
    ports::store::Cursor,
    services::jobs::ledger::Seen,
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(all))
        .routes(routes!(read))
        .routes(routes!(retry))
}

/// Jobs, newest first (operator, auditor). What fails is tried again for as long as it is there.
#[utoipa::path(get, path = "/jobs", tag = "jobs", params(JobFilter, Paging),
    responses((status = 200, body = List<Job>),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn all(
    State(app): State<AppState>,
    ReadJobs(scope): ReadJobs,
    listing: Listing<JobFilter>,
) -> Result<Response, Refusal> {
    let JobFilter { state, kind } = &listing.filter;
    let state = known("state", state.as_deref(), JobState::from_name)?;
    let kind = known("kind", kind.as_deref(), JobKind::from_name)?;
    let page = listing.page;
    let found = app.jobs.list(&scope, (kind, state), &page).await?;
    let place = |seen: &Seen| Cursor {
        created_at: seen.job.queued_at,
        id: seen.job.id.to_string(),
    };
    Ok(answer::ok(&list::page(&found, &page, place, wire)))
}

/// One job (operator, auditor).
#[utoipa::path(get, path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = Job),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn read(
    State(app): State<AppState>,
    ReadJobs(scope): ReadJobs,
    Id(id): Id<JobId>,
) -> Result<Response, Refusal> {
    Ok(answer::ok(&wire(&app.jobs.read(&scope, id).await?)))
}

/// Makes a job due now whose last try failed (operator). One that does not fail is answered as it
/// stands and keeps its time, so asking twice does no more than asking once.
#[utoipa::path(post, path = "/jobs/{id}/retry", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = Job),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn retry(
    State(app): State<AppState>,
    ManageJobs(scope): ManageJobs,
    Id(id): Id<JobId>,
) -> Result<Response, Refusal> {
    let service = app.jobs.clone();
    let done = run(&app, async move { service.retry(&scope, id).await });
    Ok(answer::ok(&wire(&done.await??)))
}

fn known<T>(
    name: &str,
    text: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    let unknown = || Refusal::at(name, "parameter-invalid");
    text.map(|text| read(text).ok_or_else(unknown)).transpose()
}

fn wire(seen: &Seen) -> Job {
    let job = &seen.job;
    let due = job.ended_at.is_none().then(|| job.due.to_string());
    let (due, held_until) = if job.is_held {
        (None, due)
    } else {
        (due, None)
    };
    Job {
        id: job.id.to_string(),
        kind: job.kind.name().to_owned(),
        object: job.object.clone(),
        slot: job.slot.clone(),
        state: job.state(seen.at).name().to_owned(),
        attempts: job.attempts,
        queued_at: job.queued_at.to_string(),
        due,
        held_until,
        ended_at: job.ended_at.map(|at| at.to_string()),
        failure: job.failing.as_ref().map(failure),
    }
}

fn failure(failing: &Failing) -> JobFailure {
    JobFailure {
        code: failing.fault.code.clone(),
        text: failing.fault.text.clone(),
        failures: failing.tries.get(),
        first_failed_at: failing.since.to_string(),
        last_failed_at: failing.last_at.to_string(),
    }
}
