//! Revocations: asked for at the certificate, looked at by their own id.

use axum::{extract::State, http::header, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::{self, Header, Keyed},
        members::Members,
        path::Id,
        scope::{ReadRevocations, Revoke},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        problem::Problem,
        revocations::{NewRevocation, RevocationCase},
    },
    domain::{id::RevocationId, idempotency::Answer, revocation::Revocation},
    policy::access::ReadScope,
    services::{certificates::Reference, revocations::Wish},
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(revoke))
        .routes(routes!(read))
}

/// Revokes a certificate for ever: its owner's frontend, or the CA's people. Recorded at once,
/// published with the next CRL, which is signed now.
#[utoipa::path(post, path = "/certificates/{id}/revocations", tag = "revocations",
    params(("id" = String, Path, description = "`crt_…` or the serial in hex"), Header),
    request_body = NewRevocation,
    responses((status = 202, body = RevocationCase), (status = "4XX", body = Problem),
        (status = 503, body = Problem)))]
async fn revoke(
    State(app): State<AppState>,
    Revoke(scope): Revoke,
    Id(which): Id<Reference>,
    keyed: Keyed<NewRevocation>,
) -> Result<Response, Refusal> {
    let (claim, body) = keyed.of(scope.name(), scope.claimant().clone());
    let wish = wish(&body)?;
    let (service, read) = (app.revocations.clone(), scope.read().clone());
    let answered = idempotency::once(&app, claim, accepted, move |request| async move {
        service.revoke(&scope, &which, &wish, &request).await
    })
    .await?;
    // A 202 is not final: a replay gives the present state (contract, HTTP).
    match made(&answered) {
        Some(id) => Ok(answer::respond(accepted(
            &app.revocations.get(&read, id).await?,
        ))),
        None => Ok(answered),
    }
}

/// The revocation that an answer names; none when it was refused.
fn made(answered: &Response) -> Option<RevocationId> {
    let location = answered.headers().get(header::LOCATION)?.to_str().ok()?;
    location.rsplit('/').next()?.parse().ok()
}

/// Reads a revocation, for whoever could have asked for it, and for auditors.
#[utoipa::path(get, path = "/revocations/{id}", tag = "revocations",
    params(("id" = String, Path)),
    responses((status = 200, body = RevocationCase), (status = "4XX", body = Problem)))]
async fn read(
    State(app): State<AppState>,
    ReadRevocations(scope): ReadRevocations,
    Id(id): Id<RevocationId>,
) -> Result<Response, Refusal> {
    let revocation = app.revocations.get(&scope, id).await?;
    Ok(answer::ok(&seen_by(&scope, &revocation)))
}

fn wish(body: &NewRevocation) -> Result<Wish, Refusal> {
    let mut members = Members::default();
    let compromised_at = body.compromise_date.as_deref().and_then(|text| {
        let at = text.parse().ok();
        members.value("/compromise_date", "compromise-date-invalid", at)
    });
    let note = members.optional("/note", body.note.as_deref());
    let acting_for = members.acting_for(body.acting_for.as_ref());
    members.end(Some(Wish {
        reason: body.reason.clone(),
        compromised_at,
        note,
        acting_for,
    }))
}

fn accepted(revocation: &Revocation) -> Answer {
    Answer {
        location: Some(format!("/v1/revocations/{}", revocation.id)),
        ..answer::json(202, &wire(revocation))
    }
}

/// The note of the CA's people is theirs: the owner does not read it.
fn seen_by(scope: &ReadScope, revocation: &Revocation) -> RevocationCase {
    let is_own = revocation.requested_by == revocation.owner.ra.as_str();
    let mut case = wire(revocation);
    if scope.ra().is_some() && !is_own {
        case.note = None;
    }
    case
}

fn wire(revocation: &Revocation) -> RevocationCase {
    RevocationCase {
        id: revocation.id.to_string(),
        certificate_id: revocation.certificate.to_string(),
        serial: hex::encode(&revocation.serial),
        reason: revocation.reason.name().to_owned(),
        state: revocation.state.name().to_owned(),
        requested_at: revocation.requested_at.to_string(),
        publish_by: revocation.publish_by.to_string(),
        published_at: revocation.published_at.map(|at| at.to_string()),
        crl_number: revocation.crl_number.map(|number| number.to_string()),
        compromise_date: revocation.compromised_at.map(|at| at.to_string()),
        note: revocation.note.as_ref().map(ToString::to_string),
    }
}
