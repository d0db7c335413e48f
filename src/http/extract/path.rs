//! Identifiers in the path. What is no identifier of its kind is not there: 404.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use crate::{
    domain::refusal::Refused,
    http::{refusal::Refusal, state::AppState},
};

/// The only parameter of the path.
pub struct Id<T>(pub T);

/// The two parameters of the path, in order.
pub struct Ids<A, B>(pub A, pub B);

impl<T: FromStr> FromRequestParts<AppState> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Refusal> {
        let params = params(parts, app).await?;
        parse(params.first()).map(Self)
    }
}

impl<A: FromStr, B: FromStr> FromRequestParts<AppState> for Ids<A, B> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Refusal> {
        let params = params(parts, app).await?;
        Ok(Self(parse(params.first())?, parse(params.get(1))?))
    }
}

async fn params(parts: &mut Parts, app: &AppState) -> Result<Vec<String>, Refusal> {
    let raw = RawPathParams::from_request_parts(parts, app).await;
    let raw = raw.map_err(|_| Refused::not_found())?;
    Ok(raw.iter().map(|(_, value)| value.to_owned()).collect())
}

fn parse<T: FromStr>(text: Option<&String>) -> Result<T, Refusal> {
    let parsed = text.and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| Refused::not_found().into())
}
