//! `/v1/mails`: the ledger of mails, for the operator.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::run,
        json::Json,
        list::{self, Listing, Paging},
        path::Id,
        scope::{ManageMail, ReadMail},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        list::List,
        mail::{Mail, MailFilter, NewMailTest},
        problem::Problem,
    },
    domain::{
        id::MailId,
        mail::{self, MailState},
    },
    ports::store::Cursor,
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(all))
        .routes(routes!(retry))
        .routes(routes!(test))
}

/// Mails, newest first (operator, auditor).
#[utoipa::path(get, path = "/mails", tag = "mails", params(MailFilter, Paging),
    responses((status = 200, body = List<Mail>),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn all(
    State(app): State<AppState>,
    ReadMail(scope): ReadMail,
    listing: Listing<MailFilter>,
) -> Result<Response, Refusal> {
    let states = match &listing.filter.state {
        None => MailState::ALL.to_vec(),
        Some(name) => {
            let state = MailState::from_name(name);
            vec![state.ok_or_else(|| Refusal::at("state", "parameter-invalid"))?]
        }
    };
    let page = listing.page;
    let found = app.mails.list(&scope, &states, &page).await?;
    let place = |mail: &crate::domain::aggregate::Loaded<mail::Mail>| Cursor {
        created_at: mail.created_at,
        id: mail.id.to_string(),
    };
    Ok(answer::ok(&list::page(&found, &page, place, |mail| {
        wire(mail)
    })))
}

/// Tries a mail again that was given up or came back (operator).
#[utoipa::path(post, path = "/mails/{id}/retry", tag = "mails", params(("id" = String, Path)),
    responses((status = 200, body = Mail),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn retry(
    State(app): State<AppState>,
    ManageMail(scope): ManageMail,
    Id(id): Id<MailId>,
) -> Result<Response, Refusal> {
    let service = app.mails.clone();
    let done = run(&app, async move { service.retry(&scope, id).await });
    Ok(answer::ok(&wire(&done.await??)))
}

/// Sends a mail that says only that it came (operator).
#[utoipa::path(post, path = "/mail-tests", tag = "mails", request_body = NewMailTest,
    responses((status = 200, body = Mail),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn test(
    State(app): State<AppState>,
    ManageMail(scope): ManageMail,
    Json(new): Json<NewMailTest>,
) -> Result<Response, Refusal> {
    let service = app.mails.clone();
    let done = run(&app, async move {
        service.test(&scope, &new.to, new.language.as_deref()).await
    });
    Ok(answer::ok(&wire(&done.await??)))
}

fn wire(mail: &mail::Mail) -> Mail {
    Mail {
        id: mail.id.to_string(),
        kind: mail.kind.name().to_owned(),
        state: mail.state.name().to_owned(),
        recipient: mail.recipient.clone(),
        language: mail.language.code().to_owned(),
        order_id: mail.order.map(|order| order.to_string()),
        object: mail.object.clone(),
        attempts: mail.attempts,
        reply: mail.reply.clone(),
        created_at: mail.created_at.to_string(),
        updated_at: mail.updated_at.to_string(),
    }
}
