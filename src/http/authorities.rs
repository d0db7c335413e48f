//! What relying parties fetch: CA certificates, chains and CRLs. Plain HTTP, no client is known.

use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};

use super::{refusal::Refusal, state::AppState};
use crate::{
    domain::{intent::IssuerName, refusal::Refused},
    services::{
        certificates::{ChainEncoding, encode_chain},
        revocation_lists::Scope,
    },
};

mod caching;

use caching::File;

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
    headers: HeaderMap,
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
    let file = File {
        bytes,
        media_type,
        times: None,
    };
    Ok(file.answer(&headers, app.gate.clock.now()))
}

/// `{partition}.crl` (RFC 5280 4.2.1.13: one DER CRL).
async fn list(
    State(app): State<AppState>,
    Path((issuer, file)): Path<(String, String)>,
    headers: HeaderMap,
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
    let file = File {
        bytes: list.der.clone(),
        media_type: "application/pkix-crl",
        times: Some((list.this_update, list.next_update)),
    };
    Ok(file.answer(&headers, app.gate.clock.now()))
}
