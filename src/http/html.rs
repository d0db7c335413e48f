//! Pages for people: their one style, and the headers that keep a
//! browser from running, framing or sending anything.

use std::sync::OnceLock;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// The style of every page.
pub const STYLE: &str = include_str!("pages/page.css");

/// How long a page may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// It is about one person's order.
    Nowhere,
    /// It is the same for everybody: for an hour.
    Anywhere,
}

/// A page with its headers.
#[must_use]
pub fn answer(status: u16, text: String, keeping: Keeping) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (cache, robots) = match keeping {
        Keeping::Nowhere => ("no-store", "noindex, nofollow"),
        Keeping::Anywhere => ("public, max-age=3600", "all"),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, cache),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if keeping == Keeping::Anywhere {
        headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    }
    headers.insert("x-robots-tag", HeaderValue::from_static(robots));
    if let Ok(policy) = HeaderValue::from_str(content_policy()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Nothing is loaded, run, framed or sent elsewhere; the one style is known by its hash.
fn content_policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| {
        let hash = STANDARD.encode(Sha256::digest(STYLE));
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'"
        )
    })
}
