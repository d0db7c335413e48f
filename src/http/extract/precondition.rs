//! `If-Match` (RFC 9110 section 13.1.1): the version a client means to change.

use axum::{
    extract::FromRequestParts,
    http::{header::IF_MATCH, request::Parts},
};

use utoipa::IntoParams;

use crate::{
    domain::{aggregate::Version, refusal::Refused},
    http::{refusal::Refusal, state::AppState},
};

/// The header, for OpenAPI texts.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub struct Header {
    /// The ETag of the object as it was read.
    #[param(rename = "If-Match")]
    if_match: String,
}

/// The version named by If-Match; its absence is 428.
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(pub Version);

/// The version named by If-Match, on acts that do not demand it.
#[derive(Clone, Copy, Debug)]
pub struct MaybeIfMatch(pub Option<Version>);

impl FromRequestParts<AppState> for IfMatch {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Refusal> {
        let MaybeIfMatch(version) = MaybeIfMatch::from_request_parts(parts, app).await?;
        let missing = || Refusal::new(428, "precondition-required");
        version.map(Self).ok_or_else(missing)
    }
}

impl FromRequestParts<AppState> for MaybeIfMatch {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Refusal> {
        let mut values = parts.headers.get_all(IF_MATCH).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(Self(None)),
            (Some(value), None) => read(value.as_bytes()).map(|version| Self(Some(version))),
            _ => Err(Refusal::at("If-Match", "header-invalid")),
        }
    }
}

/// One strong tag. `*` would change whatever is there, which the header exists to prevent; a weak
/// or foreign tag matches no version.
fn read(value: &[u8]) -> Result<Version, Refusal> {
    if value == b"*" {
        return Err(Refusal::at("If-Match", "header-invalid"));
    }
    let text = std::str::from_utf8(value).ok();
    let number = text
        .and_then(|text| text.strip_prefix('"')?.strip_suffix('"'))
        .and_then(|digits| {
            digits
                .parse::<i64>()
                .ok()
                .filter(|n| n.to_string() == digits)
        });
    number.map(Version).ok_or_else(|| Refused::stale().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_strong_tag_of_ours_is_a_version() {
        assert_eq!(read(b"\"7\"").unwrap(), Version(7));
        for other in ["W/\"7\"", "7", "\"x\"", "\"07\"", "\"1\", \"2\""] {
            assert_eq!(read(other.as_bytes()).unwrap_err().status, 412, "{other}");
        }
        assert_eq!(read(b"*").unwrap_err().status, 400);
    }
}
