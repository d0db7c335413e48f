//! `/v/{id}`: the page on which the holder of a mailbox enters the code.
//!
//! Mail scanners fetch links within seconds, some run scripts and submit forms. So reading
//! changes nothing, and submitting without the code from the mail confirms nothing (flows 5.3).
//! The link holds no secret; no cookie, script or foreign resource is involved.

use axum::{
    Extension, Router,
    extract::{
        DefaultBodyLimit, Form, FromRef, Path, RawQuery, Request, State, rejection::FormRejection,
    },
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
    routing::get,
};
use serde::Deserialize;

use super::{
    frame::{self, RequestId},
    html::{self, Keeping},
    peer::Peer,
    state::AppState,
};
use crate::{
    api::problem,
    domain::{
        id::MailboxId,
        refusal::{Class, Refused},
        text::Language,
    },
    services::{
        mailboxes::{Holder, MailboxControl, PublicView, Says},
        mails::MailLedger,
    },
};

mod page;
mod words;

pub(super) use page::masked;
use page::{About, Page};

/// The form holds one code.
const FORM_BYTES: usize = 4096;

/// What the page needs of the daemon.
#[derive(Clone)]
pub struct Desk {
    pub mailboxes: MailboxControl,
    pub mails: MailLedger,
}

impl FromRef<AppState> for Desk {
    fn from_ref(app: &AppState) -> Self {
        Self {
            mailboxes: app.mailboxes.clone(),
            mails: app.mails.clone(),
        }
    }
}

/// The page's routes on the public listener.
pub fn public_routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Desk: FromRef<S>,
{
    Router::new()
        .route("/v/{id}", get(show).post(confirm))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
}

/// Turns a peer away that asks too often, before anything is looked up (see `strangers`).
pub async fn limit(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>();
    let Some(Err(wait)) = peer.map(|peer| app.gate.strangers.admit(peer.address.ip())) else {
        return next.run(request).await;
    };
    let query = request.uri().query().map(str::to_owned);
    let asked = Asked::by_stranger(&query, request.headers());
    let mut page = asked.answer(&Desk::from_ref(&app), 429, Some("rate-limited"));
    let class = Class::Limited { retry_after: wait };
    if let Some(seconds) = problem::retry_after(&class) {
        let seconds = HeaderValue::from(seconds);
        page.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    page
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entered {
    code: String,
    /// The button: `confirm`, or `disown` for "this was not me".
    #[serde(default)]
    act: Act,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Act {
    #[default]
    Confirm,
    Disown,
}

type Query = Option<String>;

/// GET and HEAD: the page as it is, for a person or a scanner.
async fn show(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let stranger = Asked::by_stranger(&query, &headers);
    let Ok(id) = id.parse::<MailboxId>() else {
        return stranger.answer(&desk, 404, Some("not-found"));
    };
    match desk.mailboxes.look(id).await {
        Ok(view) => {
            let notice = (!view.open).then_some("closed");
            stranger.about(id, &query, view).answer(&desk, 200, notice)
        }
        Err(refused) => stranger.refused(&desk, &refused),
    }
}

/// POST with the code.
async fn confirm(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    peer: Option<Extension<Peer>>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    headers: HeaderMap,
    form: Result<Form<Entered>, FormRejection>,
) -> Response {
    let asked = Asked::by_stranger(&query, &headers);
    let Ok(id) = id.parse::<MailboxId>() else {
        return asked.answer(&desk, 404, Some("not-found"));
    };
    if is_prefetch(&headers) {
        return asked.answer(&desk, 403, Some("prefetch"));
    }
    let holder = Holder {
        peer: peer.map_or_else(String::new, |peer| peer.address.ip().to_string()),
        user_agent: text(&headers, &header::USER_AGENT),
        request_id: request_id.to_string(),
    };
    // A form without a code is like a wrong one, but spends no try.
    let (code, act) = form.map_or_else(
        |_| (String::new(), Act::Confirm),
        |Form(entered)| (entered.code, entered.act),
    );
    let (says, done) = match act {
        Act::Confirm => (Says::Mine, "confirmed"),
        Act::Disown => (Says::NotMe, "disowned"),
    };
    let judged = desk.mailboxes.answer_in_person(&holder, id, says, &code);
    let judged = judged.await;
    let asked = match desk.mailboxes.look(id).await {
        Ok(view) => asked.about(id, &query, view),
        Err(_) => asked,
    };
    match judged {
        Ok(_) => asked.answer(&desk, 200, Some(done)),
        Err(refused) => asked.refused(&desk, &refused),
    }
}

/// Whom the page speaks to, and about what.
struct Asked {
    language: Language,
    about: Option<(MailboxId, PublicView)>,
}

impl Asked {
    /// Language as the query says, or else the browser.
    fn by_stranger(query: &Query, headers: &HeaderMap) -> Self {
        Self {
            language: wanted(query).unwrap_or_else(|| frame::language(headers)),
            about: None,
        }
    }

    /// Language as the query says, or else the order.
    fn about(self, id: MailboxId, query: &Query, view: PublicView) -> Self {
        Self {
            language: wanted(query).unwrap_or(view.language),
            about: Some((id, view)),
        }
    }

    fn refused(&self, desk: &Desk, refused: &Refused) -> Response {
        let (status, notice) = match (refused.class, refused.code) {
            (Class::NotFound, _) => (404, "not-found"),
            (Class::Unavailable { .. }, _) => (503, "unavailable"),
            (_, "email-locked") => (409, "email-locked"),
            (_, "order-state-conflict") => (409, "order-state-conflict"),
            (_, "code-expired") => (422, "code-expired"),
            _ => (422, "code-invalid"),
        };
        if status == 503 {
            tracing::error!(
                code = refused.code,
                cause = refused.cause,
                "confirm page failed"
            );
        }
        self.answer(desk, status, Some(notice))
    }

    fn answer(&self, desk: &Desk, status: u16, notice: Option<&'static str>) -> Response {
        let house = desk.mails.house();
        let about = self.about.as_ref();
        let page = Page {
            language: self.language,
            ca: &house.name,
            contact: &house.contact,
            path: about.map(|(id, _)| format!("/v/{id}")),
            about: about.map(|(_, view)| About::of(view)),
            notice,
            good: is_done(notice),
            confirms: about.is_some_and(|(_, view)| view.open) && !is_done(notice),
            disowns: about.is_some_and(|(_, view)| view.can_disown) && !is_done(notice),
            style: html::STYLE,
        };
        html::answer(status, page.text(), Keeping::Nowhere)
    }
}

/// Whether the holder's answer was taken.
fn is_done(notice: Option<&'static str>) -> bool {
    matches!(notice, Some("confirmed" | "disowned"))
}

/// The language that the query names.
pub(super) fn wanted(query: &Query) -> Option<Language> {
    let query = query.as_deref()?;
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("lang="))
        .and_then(Language::from_code)
}

pub(super) fn text(headers: &HeaderMap, name: &header::HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// Browsers and mail programs say so when nobody has asked for the page yet.
pub(super) fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz"].into_iter().any(|name| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.to_ascii_lowercase().contains("prefetch"))
    })
}
