//! Verified data at the registers: what they said since two people decided on them, and one
//! question more. For the CA's people, at the data set.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer, cases, doubts,
    extract::{
        json::Json,
        list::{self, Listing, NoFilter, Paging},
        path::{Id, Ids},
        scope::{AsOfficer, ReadCases, WorkCases},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        data_lookups::{DataLookupContent, DataLookupLine, SpokenAgainst},
        doubts::DataInDoubt,
        list::List,
        lookups::NewLookup,
        problem::{Bilingual, Problem},
    },
    domain::{
        aggregate::Version,
        id::{DataLookupId, SubjectDataId},
        subject_data::lookup::DataLookup,
    },
    ports::store::Cursor,
    services::doubts::Doubted,
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(all, look_up))
        .routes(routes!(read))
        .routes(routes!(doubted))
}

/// What registers said of the data since two people decided on them, newest first.
#[utoipa::path(get, path = "/subject-data/{id}/lookups", tag = "cases",
    params(("id" = String, Path), Paging),
    responses((status = 200, body = List<DataLookupLine>), (status = "4XX", body = Problem)))]
async fn all(
    State(app): State<AppState>,
    ReadCases(scope): ReadCases,
    Id(id): Id<SubjectDataId>,
    Listing { page, .. }: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let found = app.rechecks.list(&scope, id, &page).await?;
    let place = |one: &DataLookup| Cursor {
        created_at: one.recorded_at,
        id: one.id.to_string(),
    };
    Ok(answer::ok(&list::page(&found, &page, place, line)))
}

/// Asks a register about data that were verified once, and keeps what came of it. It stops nothing:
/// `suspend` does.
#[utoipa::path(post, path = "/subject-data/{id}/lookups", tag = "cases",
    params(("id" = String, Path)), request_body = NewLookup,
    responses((status = 201, body = DataLookupContent), (status = "4XX", body = Problem)))]
async fn look_up(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<SubjectDataId>,
    Json(body): Json<NewLookup>,
) -> Result<Response, Refusal> {
    let wish = cases::lookups::wish(&body)?;
    let kept = app.rechecks.look_up(&scope, id, &wish).await?;
    let path = format!("/subject-data/{id}/lookups/{}", kept.id);
    let body = content(&kept);
    Ok(answer::respond(answer::created(&path, Version(1), &body)))
}

/// One of them with everything that was seen.
#[utoipa::path(get, path = "/subject-data/{id}/lookups/{lookup_id}", tag = "cases",
    params(("id" = String, Path), ("lookup_id" = String, Path)),
    responses((status = 200, body = DataLookupContent), (status = "4XX", body = Problem)))]
async fn read(
    State(app): State<AppState>,
    ReadCases(scope): ReadCases,
    AsOfficer(officer): AsOfficer,
    Ids(id, which): Ids<SubjectDataId, DataLookupId>,
) -> Result<Response, Refusal> {
    let by = officer.as_ref();
    let found = app.rechecks.read(&scope, by, id, which).await?;
    Ok(answer::ok(&content(&found)))
}

/// Data in doubt, the newest doubt first: those that a person or a register's word has stopped, which
/// two people let go or end, and those that have ended, by them or by their owner, while certificates
/// that rest on them are valid.
#[utoipa::path(get, path = "/doubted-data", tag = "cases", params(Paging),
    responses((status = 200, body = List<DataInDoubt>), (status = "4XX", body = Problem)))]
async fn doubted(
    State(app): State<AppState>,
    ReadCases(scope): ReadCases,
    Listing { page, .. }: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let found = app.rechecks.doubted(&scope, &page).await?;
    let place = |one: &Doubted| Cursor {
        created_at: one.data.doubted_at.unwrap_or(one.data.created_at),
        id: one.data.id.to_string(),
    };
    Ok(answer::ok(&list::page(&found, &page, place, doubts::wire)))
}

fn content(lookup: &DataLookup) -> DataLookupContent {
    DataLookupContent {
        lookup: line(lookup),
        content: lookup.content.clone(),
    }
}

/// A later lookup in one line.
#[must_use]
pub fn line(lookup: &DataLookup) -> DataLookupLine {
    let against = lookup.against.iter().map(|code| SpokenAgainst {
        code: code.clone(),
        message: Bilingual::of_code(code),
    });
    DataLookupLine {
        id: lookup.id.to_string(),
        register: lookup.register.name().to_owned(),
        outcome: lookup.result.name().to_owned(),
        message: cases::lookups::message(lookup.result),
        against: against.collect(),
        stopped_data: lookup.stopped(),
        sha256: hex::encode(lookup.sha256),
        obtained_at: lookup.obtained_at.to_string(),
        recorded_by: lookup.recorded_by.to_string(),
        recorded_at: lookup.recorded_at.to_string(),
    }
}
