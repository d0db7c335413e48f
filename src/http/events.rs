//! The feed of an owner's events: a page after a cursor, waited for if need be, or a stream.
//!
//! A stream ends after a minute and the client comes again with `Last-Event-ID`, as every browser
//! and library does by itself: so whoever was disabled meanwhile is refused within that minute.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{list::Query, scope::ReadOrders},
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        events::{Event, EventObject, Events, FeedQuery},
        problem::Problem,
    },
    domain::{feed::FeedKind, id::EventId},
    policy::access::ReadScope,
    ports::store::catalogue::FeedLine,
    services::feed::{LONGEST_WAIT, Waiting},
};

/// Events of a page when the client names no number, and of each look of a stream.
const USUAL: u32 = 50;
const MOST: u32 = 200;
/// A stream that has nothing to say says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Longest life of a stream.
const STREAM: Duration = Duration::from_secs(60);

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(page))
        .routes(routes!(stream_of))
}

/// Events of the owner after a cursor, oldest first, without holes; waits for the first one. An end
/// that only time brings (`certificate.expired`, `email.lapsed`) comes when the daemon's timer has
/// seen it; the objects themselves say it at once. 429 while the owner, or its frontend, has all
/// the waits and streams that it may have at a time.
#[utoipa::path(get, path = "/events", tag = "events", params(FeedQuery),
    responses((status = 200, body = Events), (status = "4XX", body = Problem)))]
async fn page(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Query(query): Query<FeedQuery>,
) -> Result<Response, Refusal> {
    let invalid = |name| move || Refusal::at(name, "parameter-invalid");
    let after = match query.after.as_deref() {
        Some(cursor) => position(cursor).ok_or_else(invalid("after"))?,
        None => 0,
    };
    let limit = query.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(invalid("limit")());
    }
    let wait = Duration::from_secs(query.wait.unwrap_or(0).into());
    if wait > LONGEST_WAIT {
        return Err(invalid("wait")());
    }
    let found = if wait.is_zero() {
        app.feed.after(&scope, after, limit).await?
    } else {
        let place = app.feed.wait(&scope)?;
        app.feed
            .awaited(&place, &scope, (after, limit), wait)
            .await?
    };
    let items: Vec<Event> = found.iter().map(wire).collect();
    let last = items.last().map(|event| event.cursor.clone());
    Ok(answer::ok(&Events {
        items,
        next: last.or(query.after),
    }))
}

/// The same as Server-Sent Events: `id` is the cursor, `data` the event. Begins after
/// `Last-Event-ID`, or `after`; ends within 60 seconds, and the client comes again.
#[utoipa::path(get, path = "/events/stream", tag = "events", params(FeedQuery),
    responses((status = 200, description = "Events", content_type = "text/event-stream"),
        (status = "4XX", body = Problem)))]
async fn stream_of(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Query(query): Query<FeedQuery>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let invalid = |name| move || Refusal::at(name, "parameter-invalid");
    if query.limit.is_some() || query.wait.is_some() {
        return Err(invalid("limit")());
    }
    let last = headers.get("last-event-id").map(HeaderValue::to_str);
    let begin = match (last, query.after.as_deref()) {
        (Some(Ok(cursor)), _) | (None, Some(cursor)) => {
            position(cursor).ok_or_else(invalid("after"))?
        }
        (Some(Err(_)), _) => return Err(invalid("Last-Event-ID")()),
        (None, None) => 0,
    };
    let ends = app.gate.clock.monotonic().saturating_add(STREAM);
    let place = app.feed.wait(&scope)?;
    let begin = (app, place, scope, begin);
    let frames = stream::unfold(begin, move |(app, place, scope, at)| async move {
        let left = ends.saturating_sub(app.gate.clock.monotonic());
        let (frame, at) = look(&app, &place, &scope, at, left).await?;
        Some((Ok::<_, Infallible>(frame), (app, place, scope, at)))
    });
    let mut response = Body::from_stream(frames).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// The next frame of a stream and where it has come to; `None` ends it, and the client begins
/// again where it was: when its time is over, the daemon stops or the store is away.
async fn look(
    app: &AppState,
    place: &Waiting,
    scope: &ReadScope,
    at: i64,
    left: Duration,
) -> Option<(Bytes, i64)> {
    if left.is_zero() || app.feed.is_ending() {
        return None;
    }
    let wait = HEARTBEAT.min(left);
    let found = app
        .feed
        .awaited(place, scope, (at, USUAL), wait)
        .await
        .ok()?;
    let Some(last) = found.last() else {
        return Some((Bytes::from_static(b": nothing new\n\n"), at));
    };
    let text: String = found.iter().map(|line| frame(&wire(line))).collect();
    Some((Bytes::from(text), last.pos))
}

fn frame(event: &Event) -> String {
    let data = json(event);
    format!(
        "id: {}\nevent: {}\ndata: {data}\n\n",
        event.cursor, event.kind
    )
}

/// One line: JSON has no bare line breaks.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A position as text of one length, so that cursors rise as text too.
pub(super) fn cursor(pos: i64) -> String {
    format!("{pos:016}")
}

pub(super) fn position(cursor: &str) -> Option<i64> {
    let is_ours = cursor.len() == 16 && cursor.bytes().all(|b| b.is_ascii_digit());
    is_ours.then(|| cursor.parse().ok()).flatten()
}

pub(super) fn wire(line: &FeedLine) -> Event {
    let told = &line.told;
    Event {
        id: id(line).to_string(),
        cursor: cursor(line.pos),
        kind: told.kind.name().to_owned(),
        occurred_at: line.occurred_at.to_string(),
        object: EventObject {
            kind: object(told.kind).to_owned(),
            id: told.object.clone(),
        },
        order_id: told.order.map(|id| id.to_string()),
    }
}

/// The line's id follows from its place: nothing else has to be kept.
fn id(line: &FeedLine) -> EventId {
    let digest = Sha256::digest(format!("chancery-feed/v1 {}", line.pos));
    let mut random = [0; 10];
    for (to, from) in random.iter_mut().zip(digest) {
        *to = from;
    }
    EventId::new(line.occurred_at, random)
}

fn object(kind: FeedKind) -> &'static str {
    match kind.name().split_once('.') {
        Some(("data", _)) => "subject_data",
        Some(("email", _)) => "mailbox",
        Some((family, _)) => family,
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_has_one_form() {
        assert_eq!(cursor(123), "0000000000000123");
        assert_eq!(
            position(&cursor(i64::from(u32::MAX))),
            Some(i64::from(u32::MAX))
        );
        for bad in [
            "",
            "123",
            "-000000000000001",
            "000000000000012a",
            "00000000000001230",
        ] {
            assert_eq!(position(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_type_is_of_an_object() {
        for kind in FeedKind::ALL {
            let known = [
                "order",
                "subject_data",
                "document",
                "mailbox",
                "activation",
                "certificate",
                "webhook",
            ];
            assert!(known.contains(&object(*kind)), "{kind:?}");
        }
    }
}
