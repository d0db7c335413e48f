//! `/v1/disowned-mailboxes`: orders that stand still until an officer has looked.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::run,
        json::Json,
        list::{self, Listing, NoFilter, Paging},
        members::Members,
        path::Id,
        scope::{DecideCases, ReadCases},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        disowned_mailboxes::{DisownedMailbox, Release},
        list::List,
        problem::Problem,
    },
    domain::{id::MailboxId, text::Text},
    ports::store::Cursor,
    services::mailboxes::DisownedView,
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(all))
        .routes(routes!(release))
}

/// Mailboxes whose holders said "this was not me", newest first.
#[utoipa::path(get, path = "/disowned-mailboxes", tag = "cases", params(Paging),
    responses((status = 200, body = List<DisownedMailbox>), (status = "4XX", body = Problem)))]
async fn all(
    State(app): State<AppState>,
    ReadCases(scope): ReadCases,
    Listing { page, .. }: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let found = app.mailboxes.disowned(&scope, &page).await?;
    let place = |view: &DisownedView| Cursor {
        created_at: view.created_at,
        id: view.mailbox.id.to_string(),
    };
    Ok(answer::ok(&list::page(&found, &page, place, wire)))
}

/// An officer has looked: the order may go on with a new check of its mailbox.
#[utoipa::path(post, path = "/disowned-mailboxes/{id}/release", tag = "cases",
    params(("id" = String, Path)), request_body = Release,
    responses((status = 200, body = DisownedMailbox), (status = "4XX", body = Problem)))]
async fn release(
    State(app): State<AppState>,
    DecideCases(scope): DecideCases,
    Id(id): Id<MailboxId>,
    Json(body): Json<Release>,
) -> Result<Response, Refusal> {
    let mut members = Members::default();
    let note: Option<Text<500>> = members.text("/note", &body.note);
    let note = members.end(note)?;
    let service = app.mailboxes.clone();
    let done = run(
        &app,
        async move { service.release(&scope, id, &note).await },
    );
    Ok(answer::ok(&wire(&done.await??)))
}

fn wire(view: &DisownedView) -> DisownedMailbox {
    DisownedMailbox {
        id: view.mailbox.id.to_string(),
        state: view.mailbox.status.name().to_owned(),
        email: view.mailbox.address.as_str().to_owned(),
        order_id: view.order.to_string(),
        ra: view.owner.ra.to_string(),
        customer_ref: view.owner.customer.as_ref().map(ToString::to_string),
        certificate_id: view.certificate.map(|id| id.to_string()),
        since: view.since.to_string(),
    }
}
