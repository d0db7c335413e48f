//! Documents of a data set or brought into a case: upload and metadata.

use axum::{
    extract::{DefaultBodyLimit, Request, State},
    response::Response,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use self::form::Upload;
use super::{
    answer,
    extract::{
        idempotency::{self, Header, Key},
        list::{self, Listing, NoFilter, Paging},
        path::Id,
        scope::{ReadOrders, UseOrders, WorkCases},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{self, list::List, problem::Problem, subject_data::Document},
    domain::{
        id::{CaseId, SubjectDataId},
        idempotency::Answer,
    },
    services::documents::Listed,
};

mod form;

/// Longest body that is read at all, refused documents included: then the client sees why.
const BODY_LIMIT: usize = (30 + 8) * 1024 * 1024;
/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(add, all))
        .routes(routes!(bring))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// Adds a document, before or after the data was submitted. Where the CA scans for malware it is
/// `pending` first; it counts once it is `clean`.
#[utoipa::path(post, path = "/subject-data/{id}/documents", tag = "subject data",
    params(("id" = String, Path), Header),
    request_body(content = api::subject_data::Upload, content_type = "multipart/form-data"),
    responses((status = 201, body = Document), (status = "4XX", body = Problem)))]
async fn add(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<SubjectDataId>,
    key: Key,
    request: Request,
) -> Result<Response, Refusal> {
    let receiving = app.documents.begin(&scope, id).await?;
    let upload = form::receive(&app, receiving, request).await?;
    let claim = key.of(scope.ra(), scope.owner(), &upload.content());
    let documents = app.documents.clone();
    let Upload { wish, received } = upload;
    idempotency::once(&app, claim, created, move |request| async move {
        documents.add(&scope, id, wish, received, request).await
    })
    .await
}

/// Brings a document into a case that one works on: a print-out of a register, a letter. It
/// becomes evidence when it is recorded as such; who brings it does not decide.
#[utoipa::path(post, path = "/cases/{id}/documents", tag = "cases",
    params(("id" = String, Path), Header),
    request_body(content = api::subject_data::Upload, content_type = "multipart/form-data"),
    responses((status = 201, body = Document), (status = "4XX", body = Problem)))]
async fn bring(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<CaseId>,
    key: Key,
    request: Request,
) -> Result<Response, Refusal> {
    let receiving = app.documents.begin_for_case(id).await?;
    let upload = form::receive(&app, receiving, request).await?;
    let claim = key.of(scope.person(), scope.owner(), &upload.content());
    let documents = app.documents.clone();
    let Upload { wish, received } = upload;
    idempotency::once(&app, claim, created, move |request| async move {
        documents.bring(&scope, id, wish, received, request).await
    })
    .await
}

/// Lists a set's own documents, oldest first.
#[utoipa::path(get, path = "/subject-data/{id}/documents", tag = "subject data",
    params(("id" = String, Path), Paging),
    responses((status = 200, body = List<Document>), (status = "4XX", body = Problem)))]
async fn all(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Id(id): Id<SubjectDataId>,
    listing: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let found = app.documents.list(&scope, id).await?;
    let documents = found.iter().map(wire).collect();
    let name = |document: &Document| document.document_id.clone();
    Ok(answer::ok(&list::cut(documents, &listing.page, name)?))
}

fn created(listed: &Listed) -> Answer {
    answer::json(201, &wire(listed))
}

fn wire(listed: &Listed) -> Document {
    let document = &listed.document;
    Document {
        document_id: document.id.to_string(),
        subject_data_id: document.subject_data.to_string(),
        kind: document.kind.name().to_owned(),
        description: document.description.as_ref().map(ToString::to_string),
        file_name: document.file_name.to_string(),
        media_type: document.media_type.name().to_owned(),
        size: document.size,
        sha256: hex::encode(document.sha256),
        scan: document.scan.name().to_owned(),
        scanned_at: document.scanned_at.map(|at| at.to_string()),
        retain_until: listed.retain_until.map(|at| at.to_string()),
        erased_at: document.erased_at.map(|at| at.to_string()),
        received_at: document.received_at.to_string(),
    }
}
