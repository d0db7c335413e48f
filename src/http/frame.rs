//! What happens around every handler of the RA listener: request id, authentication, limits,
//! metrics, and the problem document of whatever failed.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Uri,
        header::{ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER},
    },
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use super::{limits::Kind, peer::Peer, refusal::Refusal, state::AppState};
use crate::{
    api::problem::{self, Occasion, Problem},
    domain::{audit::event::EventKind, refusal::Refused, text::Language},
    policy::access::Authenticated,
    ports::entropy,
    services::issuance::steps::{metered, metered_polls},
};

mod unread;

/// Correlates an answer, its log lines and its audit entries.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

/// The address as the client gave it: routes see it without its prefix.
#[derive(Clone, Debug)]
pub struct Asked(pub Uri);

/// For the RA listener: nothing is served to a stranger, not even 404.
pub async fn mutual(State(app): State<AppState>, request: Request, next: Next) -> Response {
    framed(app, request, next, true).await
}

/// For the public listener, which knows nobody.
pub async fn open(State(app): State<AppState>, request: Request, next: Next) -> Response {
    framed(app, request, next, false).await
}

async fn framed(app: AppState, mut request: Request, next: Next, mutual: bool) -> Response {
    let id: Arc<str> = match entropy::random::<12>(app.gate.entropy.as_ref()) {
        Ok(bytes) => hex::encode(bytes).into(),
        Err(_) => "unknown".into(),
    };
    let path = request.uri().path().to_owned();
    let language = language(request.headers());
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    let asked = Asked(request.uri().clone());
    request.extensions_mut().insert(asked);
    let span = tracing::info_span!("request", id = %id, method = %method, route);
    let began = app.gate.clock.monotonic();
    let issues = is_issuing(&method, &route);
    let clock = app.gate.clock.as_ref();
    let (mut request, unread) = unread::watch(request);
    let answered = async {
        let admitted = if mutual {
            let admitted = admit(&app, &mut request, &id);
            match issues {
                true => metered_polls(clock, "S1 authenticate", admitted)
                    .await
                    .map(Some),
                false => admitted.await.map(Some),
            }
        } else {
            Ok(None)
        };
        // The place in the limits is held until the body is read away.
        let (_permit, response) = match admitted {
            Ok(permit) => (permit, next.run(request).await),
            Err(refusal) => (None, axum::response::IntoResponse::into_response(refusal)),
        };
        unread.settle(response).await
    };
    let response = answered.instrument(span.clone()).await;
    let occasion = Occasion {
        instance: &path,
        request_id: &id,
        language,
    };
    let _in = span.enter();
    let finish = || {
        let response = worded(response, &occasion);
        let took = clock.monotonic().saturating_sub(began);
        count(&route, response.status(), took.as_secs_f64());
        sealed(response, &id)
    };
    match issues {
        true => metered(clock, "S9 answer", finish),
        false => finish(),
    }
}

/// Whether the call leads to a certificate: its first and last step are measured with the others.
fn is_issuing(method: &Method, route: &str) -> bool {
    let routes = [
        "/v1/orders/{id}/activation",
        "/v1/certificates/{id}/reissue",
    ];
    method == Method::POST && routes.contains(&route)
}

/// Names the caller and takes its place in the limits.
async fn admit(
    app: &AppState,
    request: &mut Request,
    id: &str,
) -> Result<tokio::sync::OwnedSemaphorePermit, Refusal> {
    // A request is not Sync because of its body, so only the peer goes over the await.
    let peer = request.extensions().get::<Peer>().cloned();
    let who = authenticate(app, peer, id).await?;
    let kind = kind(request.method(), request.uri().path());
    let permit = app.gate.limits.admit(who.name(), kind)?;
    request.extensions_mut().insert(who);
    Ok(permit)
}

/// Which allowance a request draws on.
fn kind(method: &Method, path: &str) -> Kind {
    if path == "/v1/csr-checks" {
        Kind::CsrCheck
    } else if method == Method::POST && path.ends_with("/revocations") {
        Kind::Revocation
    } else {
        Kind::Ordinary
    }
}

/// Exactly one registry entry may match what TLS has proven (contract, Identities).
async fn authenticate(
    app: &AppState,
    peer: Option<Peer>,
    id: &str,
) -> Result<Authenticated, Refusal> {
    let missing = || Refused::forbidden("client-certificate-required");
    let peer = peer.ok_or_else(missing)?;
    let certificate = peer.certificate.as_ref().ok_or_else(missing)?;
    let credentials = certificate.credentials();
    let known = app.gate.identities.matching(&credentials).await?;
    let mut known = known.into_iter();
    let (Some(identity), None) = (known.next(), known.next()) else {
        metrics::counter!("chancery_auth_failures_total").increment(1);
        let address = peer.address.ip().to_string();
        let refusals = &app.gate.refusals;
        refusals
            .note(EventKind::AuthFailure, &address, "ra-unknown")
            .await;
        return Err(Refused::forbidden("ra-unknown").into());
    };
    let address = peer.address.ip().to_string();
    let now = app.gate.clock.now();
    let spki = certificate.spki_sha256;
    Ok(Authenticated::new(
        identity,
        spki,
        address,
        id.to_owned(),
        now,
    )?)
}

/// Gives a refusal, or a bare failure of the router, its document.
fn worded(mut response: Response, on: &Occasion<'_>) -> Response {
    if let Some(refusal) = response.extensions_mut().remove::<Arc<Refusal>>() {
        refusal.log();
        let mut document = document(&refusal, on);
        if let Some(close) = response.headers_mut().remove(CONNECTION) {
            document.headers_mut().insert(CONNECTION, close);
        }
        return document;
    }
    let status = response.status().as_u16();
    let has_words = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|media| media == problem::MEDIA_TYPE || is_page(media));
    if status < 400 || has_words {
        return response;
    }
    let code = match status {
        404 => "not-found",
        405 => "method-not-allowed",
        413 => "payload-too-large",
        415 => "unsupported-media-type",
        500.. => "internal-error",
        _ => "request-refused",
    };
    let kept = [ALLOW, CONNECTION].map(|name| (response.headers_mut().remove(&name), name));
    let mut response = document(&Refusal::new(status, code), on);
    for (value, name) in kept {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// A page for people has said in their words what is wrong.
fn is_page(media: &HeaderValue) -> bool {
    media.as_bytes().starts_with(b"text/html")
}

fn document(refusal: &Refusal, on: &Occasion<'_>) -> Response {
    let problem = Problem::with_status(refusal.status, &refusal.refused, on);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
    if let Some(seconds) = problem::retry_after(&refusal.refused.class) {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if refusal.close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn count(route: &str, status: StatusCode, seconds: f64) {
    let (route, code) = (route.to_owned(), status.as_u16().to_string());
    metrics::counter!("chancery_http_requests_total", "route" => route.clone(), "code" => code)
        .increment(1);
    metrics::histogram!("chancery_http_request_duration_seconds", "route" => route).record(seconds);
}

/// Headers that every answer has.
fn sealed(mut response: Response, id: &str) -> Response {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-request-id", id);
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(
        "x-content-type-options",
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// The first language of Accept-Language that the CA writes in.
pub fn language(headers: &HeaderMap) -> Language {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    let ranges = wanted.unwrap_or_default().split(',');
    let codes = ranges.filter_map(|range| range.split([';', '-']).next());
    codes
        .map(str::trim)
        .find_map(|code| Language::from_code(&code.to_ascii_lowercase()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_language_wins() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, text.parse().unwrap());
            language(&headers)
        };
        assert_eq!(of("de, pl-PL;q=0.9, en"), Language::Polish);
        assert_eq!(of("en-GB,pl"), Language::English);
        assert_eq!(of("*"), Language::English);
    }

    #[test]
    fn a_bare_failure_of_the_router_gets_its_words() {
        let mut bare = Response::new(Body::empty());
        *bare.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        let on = Occasion {
            instance: "/v1/x",
            request_id: "r",
            language: Language::English,
        };
        let response = worded(bare, &on);
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()[CONTENT_TYPE], problem::MEDIA_TYPE);
    }
}
