//! A JSON body.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{
        HeaderMap,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
    },
};
use serde::de::DeserializeOwned;

use super::{body, strict};
use crate::http::{refusal::Refusal, state::AppState};

/// The body of a type that denies unknown fields.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Refusal> {
        let bytes = read(request).await?;
        strict::read(&bytes).map(Self)
    }
}

/// The body of a type that denies unknown fields, or its default when there is no body.
pub struct JsonOrNothing<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<AppState> for JsonOrNothing<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Refusal> {
        let has_type = request.headers().contains_key(CONTENT_TYPE);
        let bytes = if has_type {
            read(request).await?
        } else {
            let (parts, body) = request.into_parts();
            body::read(&parts.headers, body).await?
        };
        match (bytes.is_empty(), has_type) {
            (true, _) => Ok(Self(T::default())),
            (false, true) => strict::read(&bytes).map(Self),
            (false, false) => Err(Refusal::new(415, "unsupported-media-type")),
        }
    }
}

/// The body of a dry run, whose type depends on what it is for.
pub struct DryRun(Bytes);

impl DryRun {
    /// # Errors
    /// 400 for what is no JSON or has members that the type does not know, 422 for members that
    /// are missing or of another type.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        strict::read(&self.0)
    }
}

impl FromRequest<AppState> for DryRun {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Refusal> {
        read(request).await.map(Self)
    }
}

/// The body's bytes, once the header says that they are JSON.
pub(super) async fn read(request: Request) -> Result<Bytes, Refusal> {
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers) {
        return Err(Refusal::new(415, "unsupported-media-type"));
    }
    body::read(&parts.headers, body).await
}

/// `application/json`, with no charset but UTF-8 (RFC 8259 section 8.1) and no content coding
/// (RFC 9110 section 8.4: one that is not known is refused, not passed over).
fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let Some(text) = text else { return false };
    if headers.contains_key(CONTENT_ENCODING) {
        return false;
    }
    let mut parts = text.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    is_json && parts.all(|part| part.eq_ignore_ascii_case("charset=utf-8"))
}
