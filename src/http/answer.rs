//! Answers as bytes, so that what is stored and what is sent are the same.

use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, ETAG, LOCATION},
    },
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    api::problem,
    domain::{aggregate::Version, idempotency::Answer},
};

/// A JSON answer.
#[must_use]
pub fn json(status: u16, body: &impl Serialize) -> Answer {
    match serde_json::to_vec(body) {
        Ok(body) => Answer {
            status,
            location: None,
            etag: None,
            body,
        },
        // Wire types have string keys only, so this cannot happen; `frame` words it if it does.
        Err(_) => Answer {
            status: 500,
            location: None,
            etag: None,
            body: Vec::new(),
        },
    }
}

/// 200 with the object and its ETag.
#[must_use]
pub fn found(version: Version, body: &impl Serialize) -> Answer {
    Answer {
        etag: Some(etag(version)),
        ..json(200, body)
    }
}

/// 202 with the object on which somebody has proposed something, and its ETag.
#[must_use]
pub fn proposed(version: Version, body: &impl Serialize) -> Answer {
    Answer {
        status: 202,
        ..found(version, body)
    }
}

/// 201 with the new object, its path (below `/v1`) and its ETag.
#[must_use]
pub fn created(path: &str, version: Version, body: &impl Serialize) -> Answer {
    Answer {
        location: Some(format!("/v1{path}")),
        etag: Some(etag(version)),
        ..json(201, body)
    }
}

/// The strong ETag of a version, with its quotes.
#[must_use]
pub fn etag(Version(number): Version) -> String {
    format!("\"{number}\"")
}

/// An answer as a response, byte for byte.
#[must_use]
pub fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let media_type = if answer.status >= 400 {
        problem::MEDIA_TYPE
    } else {
        "application/json"
    };
    let mut response = (status, Body::from(answer.body)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    for (name, value) in [(LOCATION, answer.location), (ETAG, answer.etag)] {
        if let Some(value) = value.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(name, value);
        }
    }
    response
}

/// 200 with a JSON body.
#[must_use]
pub fn ok(body: &impl Serialize) -> Response {
    respond(json(200, body))
}
