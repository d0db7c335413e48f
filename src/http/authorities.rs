//! What relying parties fetch: CA certificates, chains and CRLs. Plain HTTP, no client is known.

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{refusal::Refusal, state::AppState};
use crate::{
    domain::{intent::IssuerName, refusal::Refused, timestamp::Timestamp},
    services::{
        certificates::{ChainEncoding, encode_chain},
        revocation_lists::Scope,
    },
};

/// The resource's routes on the public listener.
pub fn public_routes() -> Router<AppState> {
    Router::new()
        .route("/ca/{file}", get(certificate))
        .route("/crl/{issuer}/{file}", get(list))
}

/// `{issuer}.cer` (RFC 5280 4.2.2.1: one DER certificate) or `{issuer}.p7c` (the chain).
async fn certificate(
    State(app): State<AppState>,
    Path(file): Path<String>,
) -> Result<Response, Refusal> {
    let (name, extension) = file.rsplit_once('.').ok_or_else(Refused::not_found)?;
    let name = IssuerName::parse(name).ok_or_else(Refused::not_found)?;
    let authority = app
        .authorities
        .issuer(&name)
        .ok_or_else(Refused::not_found)?;
    let (bytes, media_type) = match extension {
        "cer" => (
            authority.certificate.as_der().to_vec(),
            "application/pkix-cert",
        ),
        "p7c" => (
            encode_chain(&authority.chain, ChainEncoding::Pkcs7)?,
            "application/pkcs7-mime",
        ),
        _ => return Err(Refused::not_found().into()),
    };
    Ok(file_answer(bytes, media_type))
}

/// `{partition}.crl` (RFC 5280 4.2.1.13: one DER CRL).
async fn list(
    State(app): State<AppState>,
    Path((issuer, file)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let partition = file.strip_suffix(".crl").and_then(|number| {
        // One spelling only: what stands in the certificates.
        number
            .parse()
            .ok()
            .filter(|parsed: &u32| parsed.to_string() == number)
    });
    let scope = partition.zip(IssuerName::parse(&issuer));
    let (partition, issuer) = scope.ok_or_else(Refused::not_found)?;
    let list = app
        .revocation_lists
        .current(&Scope { issuer, partition })
        .await?;
    let mut response = file_answer(list.der.clone(), "application/pkix-crl");
    let times = [
        (header::LAST_MODIFIED, list.this_update),
        (header::EXPIRES, list.next_update),
    ];
    for (name, at) in times {
        if let Ok(value) = HeaderValue::from_str(&http_date(at)) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

fn file_answer(bytes: Vec<u8>, media_type: &'static str) -> Response {
    let mut response = Body::from(bytes).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// IMF-fixdate (RFC 9110 5.6.7).
fn http_date(at: Timestamp) -> String {
    let date = at.to_datetime();
    let (weekday, month) = (date.weekday().to_string(), date.month().to_string());
    let short = |word: &str| word.chars().take(3).collect::<String>();
    let (weekday, month) = (short(&weekday), short(&month));
    let (day, year) = (date.day(), date.year());
    let (hour, minute, second) = date.to_hms();
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}
