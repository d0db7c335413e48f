//! `/u/{token}`: the page on which whoever reads a reminder says that no more are wanted.
//!
//! Scanners fetch links, so reading changes nothing. A POST is a person at the page's button, or
//! the mail program of one (RFC 8058 3.2: one click, no cookie, no page in between). What a
//! scanner that submits forms could do is undone by the same link. Whatever is no link of ours
//! gets one and the same answer.

use axum::{
    Router,
    extract::{
        DefaultBodyLimit, Form, FromRef, FromRequest, Multipart, Path, RawQuery, Request, State,
    },
    http::{HeaderMap, header},
    response::Response,
    routing::get,
};

use super::{
    confirm::{self, Desk},
    frame::{self, RequestId},
    html::{self, Keeping},
    peer::Peer,
};
use crate::{
    domain::{
        mail::reminders::Wish,
        refusal::{Class, Refused},
        text::Language,
    },
    services::{mailboxes::Holder, mails::ReminderView},
};

mod page;

use page::Page;

/// One word, and in a multipart body what stands round it.
const FORM_BYTES: usize = 4096;
/// Members of a form that are looked at; a wish has one.
const MEMBERS: usize = 8;

/// The page's routes on the public listener.
pub fn public_routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Desk: FromRef<S>,
{
    Router::new()
        .route("/u/{token}", get(show).post(wish))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
}

/// GET and HEAD: the page as it is, for a person or a scanner.
async fn show(
    State(desk): State<Desk>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(&token, &query, &headers);
    let found = desk.mails.reminders(&token).await;
    asked.answer(&desk, found, None)
}

/// POST of the page's form, or of a mail program.
async fn wish(
    State(desk): State<Desk>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let extensions = request.extensions();
    let peer = extensions.get::<Peer>();
    let request_id = extensions.get::<RequestId>();
    let holder = Holder {
        peer: peer.map_or_else(String::new, |peer| peer.address.ip().to_string()),
        user_agent: confirm::text(&headers, &header::USER_AGENT),
        request_id: request_id.map_or_else(String::new, |RequestId(id)| id.to_string()),
    };
    let asked = Asked::new(&token, &query, &headers);
    if confirm::is_prefetch(&headers) {
        let found = desk.mails.reminders(&token).await;
        return asked.answer(&desk, found, Some((403, "prefetch")));
    }
    let Some(wish) = wish_in(request).await else {
        let found = desk.mails.reminders(&token).await;
        return asked.answer(&desk, found, Some((422, "nothing-said")));
    };
    match desk.mails.wish(&holder, &token, wish).await {
        Err(refused) if refused.code == "wishes-used-up" => {
            let found = desk.mails.reminders(&token).await;
            asked.answer(&desk, found, Some((409, "wishes-used-up")))
        }
        done => asked.answer(&desk, done, None),
    }
}

/// The one word of a form, in either of the forms' encodings.
async fn wish_in(request: Request) -> Option<Wish> {
    let content_type = confirm::text(request.headers(), &header::CONTENT_TYPE);
    let members = if content_type.starts_with("multipart/form-data") {
        let form = Multipart::from_request(request, &()).await;
        parts(form.ok()?).await?
    } else {
        let form = Form::<Vec<(String, String)>>::from_request(request, &()).await;
        form.ok()?.0
    };
    let says = |name: &str, value: &str| {
        let members = members.iter().take(MEMBERS);
        members.into_iter().any(|(n, v)| n == name && v == value)
    };
    if says("List-Unsubscribe", "One-Click") || says("act", "stop") {
        return Some(Wish::Stop);
    }
    says("act", "resume").then_some(Wish::Resume)
}

async fn parts(mut form: Multipart) -> Option<Vec<(String, String)>> {
    let mut parts = Vec::new();
    while parts.len() < MEMBERS {
        let Some(field) = form.next_field().await.ok()? else {
            break;
        };
        let name = field.name().unwrap_or_default().to_owned();
        parts.push((name, field.text().await.ok()?));
    }
    Some(parts)
}

/// Whom the page speaks to.
struct Asked<'a> {
    token: &'a str,
    /// As the query says.
    wanted: Option<Language>,
    /// As the browser says.
    browser: Language,
}

impl<'a> Asked<'a> {
    fn new(token: &'a str, query: &Option<String>, headers: &HeaderMap) -> Self {
        Self {
            token,
            wanted: confirm::wanted(query),
            browser: frame::language(headers),
        }
    }

    /// The page; what stands in the way of a link that is ours is said by `said`.
    fn answer(
        &self,
        desk: &Desk,
        found: Result<ReminderView, Refused>,
        said: Option<(u16, &'static str)>,
    ) -> Response {
        let (status, notice, view) = match found {
            Ok(view) => {
                let stands = if view.stopped { "stopped" } else { "sent" };
                let (status, notice) = said.unwrap_or((200, stands));
                (status, notice, Some(view))
            }
            Err(refused) => {
                let (status, notice) = status(&refused);
                (status, notice, None)
            }
        };
        let language = view.as_ref().map_or(self.browser, |view| view.language);
        let house = desk.mails.house();
        let page = Page {
            language: self.wanted.unwrap_or(language),
            ca: &house.name,
            contact: &house.contact,
            path: view.as_ref().map(|_| format!("/u/{}", self.token)),
            view,
            notice,
            style: html::STYLE,
        };
        html::answer(status, page.text(), Keeping::Nowhere)
    }
}

fn status(refused: &Refused) -> (u16, &'static str) {
    if let Class::Unavailable { .. } = refused.class {
        tracing::error!(
            code = refused.code,
            cause = refused.cause,
            "unsubscribe page failed"
        );
        return (503, "unavailable");
    }
    (404, "not-found")
}
