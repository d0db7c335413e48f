//! Certificates: read, list, download with the chain.

use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        list::{self, Listing, Paging, Query},
        path::Id,
        scope::{ReadEvidence, ReadOrders},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        certificate_evidence::CertificateEvidence,
        certificates::{Certificate, CertificateFilter, ContentQuery, Revocation},
        list::List,
        problem::Problem,
    },
    domain::{idempotency::Answer, timestamp::Timestamp},
    pkix::serial_number::SerialNumber,
    policy::access::Authenticated,
    ports::store::{Cursor, issuance},
    services::certificates::{ChainEncoding, Encoding, Judged, Reference, certificate_pem},
};

mod evidence;

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(all))
        .routes(routes!(read))
        .routes(routes!(content))
        .routes(routes!(chain))
        .routes(routes!(read_evidence))
}

/// The answer to a finished activation: the new certificate with its text.
#[must_use]
pub fn issued(record: &issuance::CertificateRecord) -> Answer {
    let at = record.certificate.issued_at;
    let judged = Judged {
        record: record.clone(),
        at,
    };
    let body = wire(&judged, true);
    Answer {
        location: Some(format!("/v1/certificates/{}", body.id)),
        ..answer::json(201, &body)
    }
}

/// Lists certificates, newest first.
#[utoipa::path(get, path = "/certificates", tag = "certificates", params(CertificateFilter, Paging),
    responses((status = 200, body = List<Certificate>), (status = "4XX", body = Problem)))]
async fn all(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    listing: Listing<CertificateFilter>,
) -> Result<Response, Refusal> {
    let filter = filter(listing.filter)?;
    let found = app
        .certificates
        .list(&scope, &filter, &listing.page)
        .await?;
    let place = |judged: &Judged| Cursor {
        created_at: judged.record.certificate.issued_at,
        id: judged.record.certificate.id.to_string(),
    };
    Ok(answer::ok(&list::page(
        &found,
        &listing.page,
        place,
        |judged| wire(judged, false),
    )))
}

/// Reads a certificate, by id or serial in hex.
#[utoipa::path(get, path = "/certificates/{id}", tag = "certificates",
    params(("id" = String, Path, description = "`crt_…` or the serial in hex")),
    responses((status = 200, body = Certificate), (status = "4XX", body = Problem)))]
async fn read(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Id(which): Id<Reference>,
) -> Result<Response, Refusal> {
    let judged = app.certificates.find(&scope, &which).await?;
    Ok(answer::ok(&wire(&judged, true)))
}

/// Downloads the certificate as PEM or DER.
#[utoipa::path(get, path = "/certificates/{id}/content", tag = "certificates",
    params(("id" = String, Path, description = "`crt_…` or the serial in hex"), ContentQuery),
    responses((status = 200, description = "The certificate", content_type = "application/pkix-cert"),
        (status = "4XX", body = Problem)))]
async fn content(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Id(which): Id<Reference>,
    Query(query): Query<ContentQuery>,
) -> Result<Response, Refusal> {
    let (encoding, media_type) = match query.encoding.as_deref() {
        None | Some("pem") => (Encoding::Pem, "application/pem-certificate-chain"),
        Some("der") => (Encoding::Der, "application/pkix-cert"),
        Some(_) => return Err(Refusal::at("encoding", "encoding-unknown")),
    };
    let bytes = app.certificates.content(&scope, &which, encoding).await?;
    Ok(download(bytes, media_type))
}

/// Downloads the subordinate certificates: from the issuer upward, without leaf and root.
#[utoipa::path(get, path = "/certificates/{id}/chain", tag = "certificates",
    params(("id" = String, Path, description = "`crt_…` or the serial in hex"), ContentQuery),
    responses((status = 200, description = "The chain", content_type = "application/pem-certificate-chain"),
        (status = "4XX", body = Problem)))]
async fn chain(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Id(which): Id<Reference>,
    Query(query): Query<ContentQuery>,
) -> Result<Response, Refusal> {
    let (encoding, media_type) = match query.encoding.as_deref() {
        None | Some("pem") => (ChainEncoding::Pem, "application/pem-certificate-chain"),
        Some("der") => (ChainEncoding::Der, "application/octet-stream"),
        Some("p7c") => (ChainEncoding::Pkcs7, "application/pkcs7-mime"),
        Some(_) => return Err(Refusal::at("encoding", "encoding-unknown")),
    };
    let bytes = app.certificates.chain(&scope, &which, encoding).await?;
    Ok(download(bytes, media_type))
}

/// Everything the certificate's issuance rested on, for officers and auditors. That it was read
/// is an entry of the log.
#[utoipa::path(get, path = "/certificates/{id}/evidence", tag = "certificates",
    params(("id" = String, Path, description = "`crt_…` or the serial in hex")),
    responses((status = 200, body = CertificateEvidence), (status = "4XX", body = Problem),
        (status = 503, body = Problem)))]
async fn read_evidence(
    State(app): State<AppState>,
    ReadEvidence(scope): ReadEvidence,
    Extension(by): Extension<Authenticated>,
    Id(which): Id<Reference>,
) -> Result<Response, Refusal> {
    let (service, caller) = (&app.certificate_evidence, by.caller());
    let bundle = service.bundle(&scope, caller, &which).await?;
    Ok(answer::ok(&evidence::wire(&bundle)?))
}

fn filter(wire: CertificateFilter) -> Result<issuance::CertificateFilter, Refusal> {
    let order = wire.order_id.map(|id| id.parse()).transpose();
    let serial = wire
        .serial
        .map(|text| SerialNumber::parse(&text))
        .transpose();
    Ok(issuance::CertificateFilter {
        order: order.map_err(|_| Refusal::at("order_id", "parameter-invalid"))?,
        serial: serial
            .map_err(|_| Refusal::at("serial", "parameter-invalid"))?
            .map(|serial| serial.as_bytes().to_vec()),
        mailbox: wire.email,
    })
}

fn download(bytes: Vec<u8>, media_type: &'static str) -> Response {
    let mut response = Body::from(bytes).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// The certificate as the wire has it.
pub fn wire(judged: &Judged, with_text: bool) -> Certificate {
    let certificate = &judged.record.certificate;
    let revoked = judged.record.revoked.as_ref();
    let replaced = judged.record.replaced;
    Certificate {
        id: certificate.id.to_string(),
        serial: hex::encode(&certificate.serial),
        issuer: certificate.issuer.to_string(),
        subject: certificate.subject.clone(),
        sans: vec![certificate.mailbox.clone()],
        not_before: certificate.not_before.to_string(),
        not_after: certificate.not_after.to_string(),
        state: state(judged, certificate.not_after).to_owned(),
        revocation: revoked.map(|entry| Revocation {
            revoked_at: entry.revoked_at.to_string(),
            reason: entry.reason.name().to_owned(),
        }),
        product_code: certificate.product.to_string(),
        order_id: certificate.order.to_string(),
        activation_id: certificate.activation.to_string(),
        replaces: certificate.replaces.map(|old| old.certificate.to_string()),
        replaced_by: replaced.map(|by| by.certificate.to_string()),
        replaced_until: replaced.map(|by| by.until.to_string()),
        sha256: hex::encode(certificate.sha256),
        spki_sha256: hex::encode(certificate.spki_sha256),
        issued_at: certificate.issued_at.to_string(),
        pem: with_text
            .then(|| certificate_pem(&certificate.der).ok())
            .flatten(),
    }
}

fn state(judged: &Judged, not_after: Timestamp) -> &'static str {
    if judged.record.revoked.is_some() {
        "revoked"
    } else if judged.at > not_after {
        "expired"
    } else if judged.record.replaced.is_some() {
        "superseded_pending"
    } else {
        "valid"
    }
}
