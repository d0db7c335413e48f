//! Verified data in doubt: for the CA's people, at the data set.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        json::Json,
        list::{Listing, NoFilter, Paging},
        members::Members,
        path::Id,
        precondition::{Header, IfMatch},
        scope::{ReadCases, RevokeForHouse, WorkCases},
    },
    refusal::Refusal,
    resting,
    state::AppState,
};
use crate::{
    api::{
        certificates::Certificate,
        doubts::{DataInDoubt, NewFinding, NewLot, RevokedLot},
        list::List,
        problem::Problem,
    },
    domain::{
        id::SubjectDataId,
        proposed::Named,
        subject_data::doubt::{Aim, Finding},
    },
    policy::access::OfficerScope,
    services::doubts::{Doubted, Progress},
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(read))
        .routes(routes!(suspend))
        .routes(routes!(resume))
        .routes(routes!(invalidate))
        .routes(routes!(resting))
        .routes(routes!(revoke_resting))
}

/// How data stands that was verified; the ETag is what a doubt of it is settled on.
#[utoipa::path(get, path = "/subject-data/{id}/doubt", tag = "cases",
    params(("id" = String, Path)),
    responses((status = 200, body = DataInDoubt), (status = "4XX", body = Problem)))]
async fn read(
    State(app): State<AppState>,
    ReadCases(scope): ReadCases,
    Id(id): Id<SubjectDataId>,
) -> Result<Response, Refusal> {
    let set = app.doubts.read(&scope, id).await?;
    Ok(found(&set))
}

/// Stops verified data at once, without If-Match: nothing is issued on it until two people have looked.
/// What its owner has withdrawn stays withdrawn, and is in doubt.
#[utoipa::path(post, path = "/subject-data/{id}/suspend", tag = "cases",
    params(("id" = String, Path)), request_body = NewFinding,
    responses((status = 200, body = DataInDoubt), (status = "4XX", body = Problem)))]
async fn suspend(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<SubjectDataId>,
    Json(body): Json<NewFinding>,
) -> Result<Response, Refusal> {
    let finding = finding(&scope, &body)?;
    let set = app.doubts.suspend(&scope, id, &finding).await?;
    Ok(found(&set))
}

/// Lets suspended data be used again: the first call proposes (202), the call of another person,
/// a validation officer, does it.
#[utoipa::path(post, path = "/subject-data/{id}/resume", tag = "cases",
    params(("id" = String, Path), Header), request_body = NewFinding,
    responses((status = 200, body = DataInDoubt), (status = 202, body = DataInDoubt),
        (status = "4XX", body = Problem)))]
async fn resume(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<SubjectDataId>,
    IfMatch(seen): IfMatch,
    Json(body): Json<NewFinding>,
) -> Result<Response, Refusal> {
    let finding = finding(&scope, &body)?;
    let progress = app.doubts.pursue(&scope, id, seen, Aim::Resume, &finding);
    Ok(told(&progress.await?))
}

/// Ends verified data for good, on evidence that it must not be relied on: the first call proposes
/// (202), the call of another person, a validation officer, does it.
#[utoipa::path(post, path = "/subject-data/{id}/invalidation", tag = "cases",
    params(("id" = String, Path), Header), request_body = NewFinding,
    responses((status = 200, body = DataInDoubt), (status = 202, body = DataInDoubt),
        (status = "4XX", body = Problem)))]
async fn invalidate(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<SubjectDataId>,
    IfMatch(seen): IfMatch,
    Json(body): Json<NewFinding>,
) -> Result<Response, Refusal> {
    let finding = finding(&scope, &body)?;
    let progress = app
        .doubts
        .pursue(&scope, id, seen, Aim::Invalidate, &finding);
    Ok(told(&progress.await?))
}

/// Certificates whose issuance rested on this data, newest first.
#[utoipa::path(get, path = "/subject-data/{id}/certificates", tag = "cases",
    params(("id" = String, Path), Paging),
    responses((status = 200, body = List<Certificate>), (status = "4XX", body = Problem)))]
async fn resting(
    State(app): State<AppState>,
    ReadCases(scope): ReadCases,
    Id(id): Id<SubjectDataId>,
    listing: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let found = app.doubts.resting(&scope, id, &listing.page).await?;
    Ok(resting::page(&found, &listing))
}

/// Revokes up to 50 certificates that rest on stopped data; call again while there are more. Each
/// is listed within 24 hours.
#[utoipa::path(post, path = "/subject-data/{id}/revocations", tag = "revocations",
    params(("id" = String, Path)), request_body = NewLot,
    responses((status = 200, body = RevokedLot), (status = "4XX", body = Problem)))]
async fn revoke_resting(
    State(app): State<AppState>,
    RevokeForHouse(scope): RevokeForHouse,
    Id(id): Id<SubjectDataId>,
    Json(body): Json<NewLot>,
) -> Result<Response, Refusal> {
    let lot = resting::lot(&body)?;
    let revoked = app.doubts.revoke_resting(&scope, id, &lot);
    Ok(resting::revoked(revoked.await?))
}

fn told(progress: &Progress) -> Response {
    match progress {
        Progress::Done(set) => found(set),
        Progress::Proposed(set) => answer::respond(answer::proposed(set.version, &wire(set))),
    }
}

fn found(set: &Doubted) -> Response {
    answer::respond(answer::found(set.version, &wire(set)))
}

fn finding(scope: &OfficerScope, body: &NewFinding) -> Result<Finding, Refusal> {
    let mut members = Members::default();
    let reason = members.text("/reason", &body.reason);
    let source = members.text("/source", &body.source);
    let evidence = members.optional("/evidence", body.evidence.as_deref());
    members.end(reason.zip(source).map(|(reason, source)| Finding {
        by: scope.person().clone(),
        reason,
        source,
        evidence,
    }))
}

/// How data stand that are doubted.
#[must_use]
pub fn wire(doubted: &Doubted) -> DataInDoubt {
    let set = &doubted.data;
    let proposed = set.proposed.as_ref();
    DataInDoubt {
        subject_data_id: set.id.to_string(),
        version: doubted.version.0,
        state: set.state.name().to_owned(),
        doubt: set.doubt.as_ref().map(ToString::to_string),
        doubted_at: set.doubted_at.map(|at| at.to_string()),
        certificates: doubted.certificates,
        revoke_by: doubted.revoke_by().map(|at| at.to_string()),
        proposed: proposed.map(|proposed| proposed.what.name().to_owned()),
        proposed_by: proposed.map(|proposed| proposed.by.clone()),
    }
}
