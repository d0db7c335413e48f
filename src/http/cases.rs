//! Validation cases: the calls of specialists and officers (contract, Identities; flows 6).

use std::{str::FromStr, sync::Arc};

use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{
        HeaderValue,
        header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
};
use futures_util::stream;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::{self, Keyed},
        json::Json,
        list::{self, Listing, Paging},
        path::{Id, Ids},
        precondition::IfMatch,
        scope::{AsOfficer, DecideCases, ReadCases, WorkCases},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        cases::{
            CaseLine, CaseResource, CheckOutcome, EvidenceContent, NewEvidence, NewFacts, NewWord,
            Question, QueueFilter,
        },
        list::List,
        problem::Problem,
    },
    domain::{
        case::{CaseState, CheckKind, lookup::LookupState},
        id::{CaseId, DocumentId, EvidenceId},
        idempotency::Answer,
        owner::IdentityName,
    },
    policy::{
        access::{Authenticated, OfficerScope},
        country,
    },
    ports::{
        document_files::FilesError,
        store::{Cursor, registration::CaseFilter},
    },
    services::cases::{
        CaseView,
        reading::{Queue, QueueItem},
    },
};

pub mod form;
pub mod lookups;
pub mod wire;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(queue))
        .routes(routes!(read))
        .routes(routes!(claim))
        .routes(routes!(release))
        .routes(routes!(add_evidence))
        .merge(lookups::routes())
        .routes(routes!(read_evidence))
        .routes(routes!(read_document))
        .routes(routes!(record_check))
        .routes(routes!(record_facts))
        .routes(routes!(request_information))
        .routes(routes!(propose))
        .routes(routes!(decide))
}

/// The queue of validation cases, newest first.
#[utoipa::path(get, path = "/cases", tag = "cases", params(QueueFilter, Paging),
    responses((status = 200, body = List<CaseLine>), (status = "4XX", body = Problem)))]
async fn queue(
    State(app): State<AppState>,
    ReadCases(scope): ReadCases,
    Extension(who): Extension<Authenticated>,
    Listing { filter, page }: Listing<QueueFilter>,
) -> Result<Response, Refusal> {
    let part = part_of(&filter)?;
    let filter = filter_of(&filter, who.name())?;
    let cases = &app.cases;
    let items = cases
        .queue(&scope, (part, who.name()), filter, &page)
        .await?;
    let place = |item: &QueueItem| Cursor {
        created_at: item.case.opened_at,
        id: item.case.id.to_string(),
    };
    Ok(answer::ok(&list::page(&items, &page, place, wire::line)))
}

/// One case with everything that is known.
#[utoipa::path(get, path = "/cases/{id}", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = CaseResource), (status = "4XX", body = Problem)))]
async fn read(
    State(app): State<AppState>,
    ReadCases(scope): ReadCases,
    Extension(who): Extension<Authenticated>,
    Id(id): Id<CaseId>,
) -> Result<Response, Refusal> {
    let view = app.cases.case(&scope, id).await?;
    let body = wire::resource(&view, who.name(), who.role());
    Ok(answer::respond(answer::found(view.version, &body)))
}

/// Takes a case for 60 minutes; work on it renews the claim.
#[utoipa::path(post, path = "/cases/{id}/claim", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = CaseResource), (status = "4XX", body = Problem)))]
async fn claim(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<CaseId>,
) -> Result<Response, Refusal> {
    let view = app.cases.claim(&scope, id).await?;
    Ok(answer::respond(found(&scope, &view)))
}

/// Gives a case back.
#[utoipa::path(post, path = "/cases/{id}/release", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = CaseResource), (status = "4XX", body = Problem)))]
async fn release(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<CaseId>,
) -> Result<Response, Refusal> {
    let view = app.cases.release(&scope, id).await?;
    Ok(answer::respond(found(&scope, &view)))
}

/// Adds evidence. A proposal falls by it.
#[utoipa::path(post, path = "/cases/{id}/evidence", tag = "cases",
    params(("id" = String, Path)), request_body = NewEvidence,
    responses((status = 201, body = EvidenceContent), (status = "4XX", body = Problem)))]
async fn add_evidence(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<CaseId>,
    Json(body): Json<NewEvidence>,
) -> Result<Response, Refusal> {
    let new = form::evidence(&body)?;
    let (evidence, view) = app.cases.add_evidence(&scope, id, &new).await?;
    let path = format!("/cases/{id}/evidence/{}", evidence.id);
    let body = wire::content(&evidence, Some(&view.digest));
    Ok(answer::respond(answer::created(&path, view.version, &body)))
}

/// A piece of evidence with its content.
#[utoipa::path(get, path = "/cases/{id}/evidence/{evidence_id}", tag = "cases",
    params(("id" = String, Path), ("evidence_id" = String, Path)),
    responses((status = 200, body = EvidenceContent), (status = "4XX", body = Problem)))]
async fn read_evidence(
    State(app): State<AppState>,
    ReadCases(scope): ReadCases,
    AsOfficer(officer): AsOfficer,
    Ids(id, evidence): Ids<CaseId, EvidenceId>,
) -> Result<Response, Refusal> {
    let by = officer.as_ref();
    let found = app.cases.evidence(&scope, by, id, evidence).await?;
    Ok(answer::ok(&wire::content(&found, None)))
}

/// The content of a document of the applicant. Not for auditors.
#[utoipa::path(get, path = "/cases/{id}/documents/{document_id}", tag = "cases",
    params(("id" = String, Path), ("document_id" = String, Path)),
    responses((status = 200, description = "The file as received",
        content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
async fn read_document(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Ids(id, document): Ids<CaseId, DocumentId>,
) -> Result<Response, Refusal> {
    let (document, content) = app.cases.document(&scope, id, document).await?;
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static(document.media_type.name()),
        ),
        (CONTENT_LENGTH, HeaderValue::from(document.size)),
        (CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    let chunks = stream::try_unfold(content, |mut content| async move {
        let chunk = content.next().await?;
        Ok::<_, FilesError>(chunk.map(|chunk| (chunk, content)))
    });
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// Records the outcome of a check. A proposal falls by it.
#[utoipa::path(put, path = "/cases/{id}/checks/{check}", tag = "cases",
    params(("id" = String, Path), ("check" = String, Path), ("If-Match" = String, Header)),
    request_body = CheckOutcome,
    responses((status = 200, body = CaseResource), (status = "4XX", body = Problem)))]
async fn record_check(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Ids(id, Kind(kind)): Ids<CaseId, Kind>,
    IfMatch(version): IfMatch,
    Json(body): Json<CheckOutcome>,
) -> Result<Response, Refusal> {
    let outcome = form::outcome(&body)?;
    let expected = Some(version);
    let view = app
        .cases
        .record_check(&scope, id, kind, &outcome, expected)
        .await?;
    Ok(answer::respond(found(&scope, &view)))
}

/// Records what certificates are to say. A proposal falls by it.
#[utoipa::path(put, path = "/cases/{id}/facts", tag = "cases",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = NewFacts,
    responses((status = 200, body = CaseResource), (status = "4XX", body = Problem)))]
async fn record_facts(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<CaseId>,
    IfMatch(version): IfMatch,
    Json(body): Json<NewFacts>,
) -> Result<Response, Refusal> {
    let input = form::facts(&body)?;
    let view = app
        .cases
        .record_facts(&scope, id, &input, Some(version))
        .await?;
    Ok(answer::respond(found(&scope, &view)))
}

/// Asks the applicant for something; the case waits for the answer.
#[utoipa::path(post, path = "/cases/{id}/request-information", tag = "cases",
    params(("id" = String, Path)), request_body = Question,
    responses((status = 200, body = CaseResource), (status = "4XX", body = Problem)))]
async fn request_information(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<CaseId>,
    Json(body): Json<Question>,
) -> Result<Response, Refusal> {
    let question = form::question(&body)?;
    let view = app.cases.request_information(&scope, id, &question).await?;
    Ok(answer::respond(found(&scope, &view)))
}

/// Proposes an outcome, signed over
/// `chancery-decision/v1\n<case_id>\npropose\n<outcome>\n<case_digest>\n`.
#[utoipa::path(post, path = "/cases/{id}/proposal", tag = "cases",
    params(("id" = String, Path), idempotency::Header), request_body = NewWord,
    responses((status = 200, body = CaseResource), (status = "4XX", body = Problem)))]
async fn propose(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<CaseId>,
    keyed: Keyed<NewWord>,
) -> Result<Response, Refusal> {
    let (claim, body) = keyed.of(scope.person(), scope.owner());
    let word = form::word(&body)?;
    let (services, by) = (Arc::clone(&app), scope.clone());
    idempotency::once(
        &app,
        claim,
        move |view| found(&by, view),
        move |request| async move { services.cases.propose(&scope, id, &word, &request).await },
    )
    .await
}

/// Decides, as another person than who proposed or recorded anything, signed over
/// `chancery-decision/v1\n<case_id>\ndecide\n<outcome>\n<case_digest>\n`. Another outcome than
/// the proposed one sends the case back to review.
#[utoipa::path(post, path = "/cases/{id}/decision", tag = "cases",
    params(("id" = String, Path), idempotency::Header), request_body = NewWord,
    responses((status = 200, body = CaseResource), (status = "4XX", body = Problem)))]
async fn decide(
    State(app): State<AppState>,
    DecideCases(scope): DecideCases,
    Id(id): Id<CaseId>,
    keyed: Keyed<NewWord>,
) -> Result<Response, Refusal> {
    let (claim, body) = keyed.of(scope.person(), scope.owner());
    let word = form::word(&body)?;
    let (services, by) = (Arc::clone(&app), scope.clone());
    idempotency::once(
        &app,
        claim,
        move |view| found(&by, view),
        move |request| async move { services.cases.decide(&scope, id, &word, &request).await },
    )
    .await
}

/// The name of a check in a path; another name is not there.
struct Kind(CheckKind);

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        CheckKind::from_name(text).map(Self).ok_or(())
    }
}

fn found(scope: &OfficerScope, view: &CaseView) -> Answer {
    let body = wire::resource(view, scope.person(), scope.role());
    answer::found(view.version, &body)
}

/// A part of the queue has its states and its holder already.
fn part_of(filter: &QueueFilter) -> Result<Option<Queue>, Refusal> {
    let Some(name) = &filter.queue else {
        return Ok(None);
    };
    let further = [("state", &filter.state), ("claimed_by", &filter.claimed_by)];
    if let Some((name, _)) = further.into_iter().find(|(_, given)| given.is_some()) {
        return Err(Refusal::at(name, "parameter-invalid"));
    }
    let part = Queue::from_name(name).ok_or_else(|| Refusal::at("queue", "parameter-invalid"))?;
    Ok(Some(part))
}

fn filter_of(filter: &QueueFilter, me: &IdentityName) -> Result<CaseFilter, Refusal> {
    let invalid = |name| move || Refusal::at(name, "parameter-invalid");
    let state = match &filter.state {
        None => None,
        Some(name) => Some(CaseState::from_name(name).ok_or_else(invalid("state"))?),
    };
    let claimed_by = match filter.claimed_by.as_deref() {
        None => None,
        Some("me") => Some(me.clone()),
        Some(name) => Some(IdentityName::parse(name).ok_or_else(invalid("claimed_by"))?),
    };
    let lookup = match filter.lookup.as_deref() {
        None => None,
        Some(name) => Some(LookupState::from_name(name).ok_or_else(invalid("lookup"))?),
    };
    let country = match filter.country.as_deref() {
        None => None,
        Some(code) => Some(country::parse(code).ok_or_else(invalid("country"))?),
    };
    Ok(CaseFilter {
        states: state.into_iter().collect(),
        claimed_by,
        lookup,
        country,
        ..CaseFilter::default()
    })
}
