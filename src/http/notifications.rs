//! Notifications: by tab, and the mark that one was read.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        list::{self, Listing, Paging},
        path::Id,
        scope::{ReadOrders, UseOrders},
    },
    refusal::Refusal,
    state::AppState,
    words,
};
use crate::{
    api::{
        list::List,
        notifications::{Notification, NotificationFilter},
        problem::{Bilingual, Problem},
    },
    domain::{
        id::NotificationId,
        notification::{self, Tab, Topic},
    },
    policy::notices,
    ports::store::Cursor,
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(all))
        .routes(routes!(mark_read))
}

/// Lists a tab, newest first.
#[utoipa::path(get, path = "/notifications", tag = "notifications",
    params(NotificationFilter, Paging),
    responses((status = 200, body = List<Notification>), (status = "4XX", body = Problem)))]
async fn all(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    listing: Listing<NotificationFilter>,
) -> Result<Response, Refusal> {
    let tab = Tab::from_name(&listing.filter.tab);
    let tab = tab.ok_or_else(|| Refusal::at("tab", "parameter-invalid"))?;
    let found = app.notifications.list(&scope, tab, &listing.page).await?;
    let place = |line: &notification::Notification| Cursor {
        created_at: line.created_at,
        id: line.id.to_string(),
    };
    Ok(answer::ok(&list::page(&found, &listing.page, place, wire)))
}

/// Marks a notification as read.
#[utoipa::path(post, path = "/notifications/{id}/read", tag = "notifications",
    params(("id" = String, Path)),
    responses((status = 200, body = Notification), (status = "4XX", body = Problem)))]
async fn mark_read(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<NotificationId>,
) -> Result<Response, Refusal> {
    Ok(answer::ok(&wire(
        &app.notifications.read(&scope, id).await?,
    )))
}

fn wire(line: &notification::Notification) -> Notification {
    let words = Topic::from_code(line.code).map(notices::words);
    Notification {
        id: line.id.to_string(),
        tab: line.tab.name().to_owned(),
        code: line.code.to_owned(),
        words: words.map_or_else(|| Bilingual::of_code(line.code), words::bilingual),
        order_id: line.order.map(|id| id.to_string()),
        object_id: line.object.clone(),
        read: line.read_at.is_some(),
        created_at: line.created_at.to_string(),
    }
}
