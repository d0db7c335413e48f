//! `/v1/orders/{id}/email`: the mailbox to be certified.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::run,
        json::{Json, JsonOrNothing},
        members::Members,
        path::Id,
        precondition::IfMatch,
        scope::{ReadOrders, UseOrders},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        acting_for,
        mailbox::{Confirmation, Mailbox, MailboxByDomain, NewMailbox, Resend},
        problem::{Bilingual, Problem, ProblemError},
    },
    domain::{
        id::OrderId,
        mailbox::{MailAddress, Method},
        owner::ActingFor,
        refusal::Refused,
    },
    policy::matching::script,
    services::mailboxes::{DomainWish, MailboxView},
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(read, set))
        .routes(routes!(resend))
        .routes(routes!(confirm))
        .routes(routes!(by_domain))
}

/// How the e-mail step stands; the ETag is the order's.
#[utoipa::path(get, path = "/orders/{id}/email", tag = "orders", params(("id" = String, Path)),
    responses((status = 200, body = Mailbox),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn read(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Id(order): Id<OrderId>,
) -> Result<Response, Refusal> {
    let (version, view) = app.mailboxes.read(&scope, order).await?;
    let body = view.as_ref().map_or_else(not_set, wire);
    Ok(answer::respond(answer::found(version, &body)))
}

/// Sets the address and mails a code to it.
#[utoipa::path(put, path = "/orders/{id}/email", tag = "orders",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = NewMailbox,
    responses((status = 200, body = Mailbox),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn set(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(order): Id<OrderId>,
    IfMatch(version): IfMatch,
    Json(body): Json<NewMailbox>,
) -> Result<Response, Refusal> {
    let user = user(body.acting_for.as_ref())?;
    let service = app.mailboxes.clone();
    let act = async move {
        service
            .set(&scope, order, version, &body.email, &user)
            .await
    };
    let done = run(&app, act).await??;
    Ok(answer::respond(answer::found(
        done.version,
        &wire(&done.mailbox),
    )))
}

/// Mails a new code; the earlier one is void.
#[utoipa::path(post, path = "/orders/{id}/email/resend", tag = "orders",
    params(("id" = String, Path)), request_body = Resend,
    responses((status = 200, body = Mailbox),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn resend(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(order): Id<OrderId>,
    JsonOrNothing(body): JsonOrNothing<Resend>,
) -> Result<Response, Refusal> {
    let user = user(body.acting_for.as_ref())?;
    let service = app.mailboxes.clone();
    let done = run(
        &app,
        async move { service.resend(&scope, order, &user).await },
    );
    Ok(answer::ok(&wire(&done.await??)))
}

/// Passes on the code that the holder typed.
#[utoipa::path(post, path = "/orders/{id}/email/confirm", tag = "orders",
    params(("id" = String, Path)), request_body = Confirmation,
    responses((status = 200, body = Mailbox),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn confirm(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(order): Id<OrderId>,
    Json(body): Json<Confirmation>,
) -> Result<Response, Refusal> {
    let user = user(body.acting_for.as_ref())?;
    let service = app.mailboxes.clone();
    let act = async move { service.confirm(&scope, order, &body.code, &user).await };
    Ok(answer::ok(&wire(&run(&app, act).await??)))
}

/// Sets an address whose domain the owner has proven: no code is mailed. Only where the product
/// takes it (`email_methods`), and only as long as the proof stands.
#[utoipa::path(post, path = "/orders/{id}/email/domain", tag = "orders",
    params(("id" = String, Path)), request_body = MailboxByDomain,
    responses((status = 200, body = Mailbox),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn by_domain(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(order): Id<OrderId>,
    Json(body): Json<MailboxByDomain>,
) -> Result<Response, Refusal> {
    let user = user(body.acting_for.as_ref())?;
    let wish = DomainWish {
        // What is no id is not there.
        domain: body.domain_id.parse().map_err(|_| Refused::not_found())?,
        email: body.email,
    };
    let service = app.mailboxes_by_domain.clone();
    let act = async move { service.rest(&scope, order, &wish, &user).await };
    let done = run(&app, act).await??;
    Ok(answer::respond(answer::found(
        done.version,
        &wire(&done.mailbox),
    )))
}

pub(super) fn user(wire: Option<&acting_for::ActingFor>) -> Result<ActingFor, Refusal> {
    let mut members = Members::default();
    let user = members.acting_for(wire);
    members.end(Some(user))
}

fn wire(view: &MailboxView) -> Mailbox {
    let is_mailed = view.method == Method::Email;
    Mailbox {
        state: view.status.name().to_owned(),
        email: Some(view.address.as_str().to_owned()),
        method: Some(view.method.number().to_owned()),
        domain_id: view.method.domain().map(|id| id.to_string()),
        warnings: warnings(&view.address),
        sent_at: view.sent_at.map(|at| at.to_string()),
        expires_at: is_mailed.then(|| view.expires_at.to_string()),
        attempts_left: is_mailed.then_some(view.attempts_left),
        confirmed_at: view.confirmed_at.map(|at| at.to_string()),
        valid_until: view.valid_until.map(|at| at.to_string()),
    }
}

fn warnings(address: &MailAddress) -> Vec<ProblemError> {
    let code = "domain-mixes-scripts";
    let warning = || ProblemError {
        pointer: "/email".to_owned(),
        code: code.to_owned(),
        message: Bilingual::of_code(code),
    };
    let is_mixed = !script::mixed_labels(address.domain()).is_empty();
    is_mixed.then(warning).into_iter().collect()
}

fn not_set() -> Mailbox {
    Mailbox {
        state: "not_set".to_owned(),
        email: None,
        method: None,
        domain_id: None,
        warnings: Vec::new(),
        sent_at: None,
        expires_at: None,
        attempts_left: None,
        confirmed_at: None,
        valid_until: None,
    }
}
