//! `/v1/webhooks`: endpoints that the feed is pushed to, and `/v1/webhook-keys`.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer, events,
    extract::{
        idempotency::{self, Header, Keyed},
        json::Json,
        list::{self, Listing, NoFilter, Paging},
        members::Members,
        path::Id,
        scope::{ReadCatalogue, ReadOrders, UseOrders},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        events::EventObject,
        list::List,
        problem::Problem,
        webhooks::{Attempt, NewWebhook, Probe, Redelivery, Webhook, WebhookKey},
    },
    domain::{
        aggregate::{Changed, Loaded},
        feed::FeedKind,
        id::{EventId, WebhookId},
        idempotency::Answer,
        timestamp::Timestamp,
        webhook,
    },
    pkix::pem,
    ports::store::Cursor,
    services::webhooks::{Saying, Wish},
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create, all))
        .routes(routes!(read, delete))
        .routes(routes!(challenge))
        .routes(routes!(test))
        .routes(routes!(redeliver))
        .routes(routes!(keys))
}

/// Registers an endpoint, which becomes active once it has sent the word of a `webhook.challenge`
/// back. It is then told what `GET /v1/events` tells the same caller from now on. Each message is
/// signed (`webhook-id`, `webhook-timestamp`, `webhook-signature`), comes at least once and in
/// order, and is tried for three days.
#[utoipa::path(post, path = "/webhooks", tag = "webhooks", params(Header),
    request_body = NewWebhook,
    responses((status = 201, body = Webhook), (status = "4XX", body = Problem)))]
async fn create(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    keyed: Keyed<NewWebhook>,
) -> Result<Response, Refusal> {
    let (claim, body) = keyed.of(scope.ra(), scope.owner());
    let wish = wish(&body)?;
    let render = |made: &Changed<webhook::Webhook>| Answer {
        location: Some(format!("/v1/webhooks/{}", made.id)),
        ..answer::json(201, &wire(made))
    };
    let webhooks = app.webhooks.clone();
    idempotency::once(&app, claim, render, |request| async move {
        webhooks.register(&scope, wish, request).await
    })
    .await
}

/// Lists endpoints, newest first.
#[utoipa::path(get, path = "/webhooks", tag = "webhooks", params(Paging),
    responses((status = 200, body = List<Webhook>), (status = "4XX", body = Problem)))]
async fn all(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    listing: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let found = app.webhooks.list(&scope, &listing.page).await?;
    let place = |webhook: &Loaded<webhook::Webhook>| Cursor {
        created_at: webhook.created_at,
        id: webhook.id.to_string(),
    };
    let page = list::page(&found, &listing.page, place, |webhook| wire(webhook));
    Ok(answer::ok(&page))
}

/// Reads an endpoint and how far it has come.
#[utoipa::path(get, path = "/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 200, body = Webhook), (status = "4XX", body = Problem)))]
async fn read(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Id(id): Id<WebhookId>,
) -> Result<Response, Refusal> {
    let found = app.webhooks.get(&scope, id).await?;
    Ok(shown(&found))
}

/// Removes an endpoint. A message that is on its way may still arrive.
#[utoipa::path(delete, path = "/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 204, description = "It is gone"), (status = "4XX", body = Problem)))]
async fn delete(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<WebhookId>,
) -> Result<Response, Refusal> {
    let webhooks = app.webhooks.clone();
    let act = async move { webhooks.delete(&scope, id).await };
    idempotency::run(&app, act).await??;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Sends the challenge to a pending or disabled endpoint now and waits for its answer.
/// `last_attempt` says what came of it.
#[utoipa::path(post, path = "/webhooks/{id}/challenge", tag = "webhooks",
    params(("id" = String, Path)),
    responses((status = 200, body = Webhook), (status = "4XX", body = Problem)))]
async fn challenge(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<WebhookId>,
) -> Result<Response, Refusal> {
    let webhooks = app.webhooks.clone();
    let act = async move { webhooks.challenge(&scope, id).await };
    Ok(shown(&idempotency::run(&app, act).await??))
}

/// Sends a `webhook.test` to an active endpoint now and says what came of it.
#[utoipa::path(post, path = "/webhooks/{id}/test", tag = "webhooks",
    params(("id" = String, Path)),
    responses((status = 200, body = Attempt), (status = "4XX", body = Problem)))]
async fn test(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<WebhookId>,
) -> Result<Response, Refusal> {
    let webhooks = app.webhooks.clone();
    let act = async move { webhooks.test(&scope, id).await };
    Ok(answer::ok(&tried(&idempotency::run(&app, act).await??)))
}

/// Delivers again what came after an event. The owner's feed has all of it for ever.
#[utoipa::path(post, path = "/webhooks/{id}/redeliver", tag = "webhooks",
    params(("id" = String, Path)), request_body = Redelivery,
    responses((status = 200, body = Webhook), (status = "4XX", body = Problem)))]
async fn redeliver(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<WebhookId>,
    Json(body): Json<Redelivery>,
) -> Result<Response, Refusal> {
    let mut members = Members::default();
    let after = events::position(&body.after);
    let after = members.value("/after", "cursor-invalid", after);
    let after = members.end(after)?;
    let webhooks = app.webhooks.clone();
    let act = async move { webhooks.redeliver(&scope, id, after).await };
    Ok(shown(&idempotency::run(&app, act).await??))
}

/// The keys that messages are signed with: two while one follows the other.
#[utoipa::path(get, path = "/webhook-keys", tag = "webhooks", params(Paging),
    responses((status = 200, body = List<WebhookKey>), (status = "4XX", body = Problem)))]
async fn keys(
    State(app): State<AppState>,
    _: ReadCatalogue,
    listing: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let keys = app.webhooks.keys();
    let items = keys.iter().map(|spki| WebhookKey {
        sha256: hex::encode(Sha256::digest(spki)),
        algorithm: "ed25519".to_owned(),
        public_key: pem::encode(pem::PUBLIC_KEY, spki).unwrap_or_default(),
    });
    let name = |key: &WebhookKey| key.sha256.clone();
    Ok(answer::ok(&list::cut(
        items.collect(),
        &listing.page,
        name,
    )?))
}

fn wish(body: &NewWebhook) -> Result<Wish, Refusal> {
    let mut members = Members::default();
    let url = members.text("/url", &body.url);
    let mut wanted = Vec::new();
    for (at, name) in body.types.iter().flatten().enumerate() {
        let kind = FeedKind::from_name(name);
        wanted.extend(members.value(&format!("/types/{at}"), "event-type-unknown", kind));
    }
    // An empty list wants nothing; what is stored empty means everything.
    if body.types.as_ref().is_some_and(Vec::is_empty) {
        members.fault("/types", "member-invalid");
    }
    let all = FeedKind::ALL.iter().copied();
    let types = all.filter(|kind| wanted.contains(kind)).collect();
    members.end(url.map(|url| Wish { url, types }))
}

/// Without an ETag: how far delivery came is no part of the version.
fn shown(webhook: &webhook::Webhook) -> Response {
    answer::ok(&wire(webhook))
}

fn wire(webhook: &webhook::Webhook) -> Webhook {
    let progress = webhook.progress();
    let types = webhook.types.iter().map(|kind| kind.name().to_owned());
    Webhook {
        id: webhook.id.to_string(),
        url: webhook.url.to_string(),
        types: types.collect(),
        state: webhook.state.name().to_owned(),
        cursor: events::cursor(progress.delivered),
        failing_since: progress.failing_since.map(|at| at.to_string()),
        last_attempt: progress.last.as_ref().map(tried),
        created_at: webhook.created_at.to_string(),
        updated_at: webhook.updated_at.to_string(),
    }
}

fn tried(attempt: &webhook::progress::Attempt) -> Attempt {
    Attempt {
        at: attempt.at.to_string(),
        outcome: attempt.outcome.name().to_owned(),
        status: attempt.status,
    }
}

/// Id and body of a message.
#[must_use]
pub fn word(saying: &Saying<'_>) -> (String, Vec<u8>) {
    match *saying {
        Saying::Line(line) => {
            let event = events::wire(line);
            let body = answer::json(200, &event).body;
            (event.id, body)
        }
        Saying::Challenge {
            webhook,
            id,
            at,
            word,
        } => probe("webhook.challenge", webhook, id, at, Some(word)),
        Saying::Test { webhook, id, at } => probe("webhook.test", webhook, id, at, None),
    }
}

fn probe(
    kind: &str,
    webhook: WebhookId,
    id: EventId,
    at: Timestamp,
    challenge: Option<&str>,
) -> (String, Vec<u8>) {
    let probe = Probe {
        id: id.to_string(),
        kind: kind.to_owned(),
        occurred_at: at.to_string(),
        object: EventObject {
            kind: "webhook".to_owned(),
            id: webhook.to_string(),
        },
        challenge: challenge.map(ToOwned::to_owned),
    };
    let body = answer::json(200, &probe).body;
    (probe.id, body)
}
