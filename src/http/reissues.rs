//! A certificate takes the place of another: asked for at the earlier one.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    activations::{Wait, answered},
    extract::{
        idempotency::{Header, Keyed},
        members::Members,
        path::Id,
        scope::UseOrders,
    },
    refusal::Refusal,
    state::{App, AppState},
};
use crate::{
    api::{
        activations::{Activation, NewReissue},
        certificates::Certificate,
        problem::Problem,
    },
    policy::access::TenantScope,
    services::{certificates::Reference, csr_checks::csr_refusal, issuance::reissue::Successor},
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(reissue))
}

/// Issues a certificate with the same subject and the same end in place of this one, for the key
/// of the request, and waits for it (`Prefer: wait=N`, seconds). Everything is judged afresh. The
/// earlier certificate is revoked as superseded when the overlap is over.
#[utoipa::path(post, path = "/certificates/{id}/reissue", tag = "activation",
    params(("id" = String, Path, description = "`crt_…` or the serial in hex"), Header),
    request_body = NewReissue,
    responses((status = 201, description = "Issued", body = Certificate),
        (status = 202, description = "The result is late", body = Activation),
        (status = "4XX", body = Problem), (status = 503, body = Problem)))]
async fn reissue(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(which): Id<Reference>,
    Wait(wait): Wait,
    keyed: Keyed<NewReissue>,
) -> Result<Response, Refusal> {
    let text = keyed.text()?;
    let (claim, body) = keyed.of(scope.ra(), scope.owner());
    let read = scope.read();
    let own = app.clone();
    answered(&app, claim, &read, text, wait, async move |asked| {
        let wish = wish(&own, &scope, body).await?;
        let issuance = &own.issuance;
        Ok(issuance.reissue(scope, &which, wish, asked, wait).await)
    })
    .await
}

/// What the body asks for. One with faults of form has its CSR looked at all the same, so that a
/// private key in it is burnt (contract, Activation).
async fn wish(app: &App, scope: &TenantScope, body: NewReissue) -> Result<Successor, Refusal> {
    let mut members = Members::default();
    if body.key_method.as_deref().is_some_and(|name| name != "csr") {
        members.fault("/key_method", "key-method-unsupported");
    }
    let statements = members.statements(&body.statements);
    let acting_for = members.acting_for(body.acting_for.as_ref());
    match members.end(Some((statements, acting_for))) {
        Ok((statements, acting_for)) => Ok(Successor {
            csr: body.csr,
            statements,
            acting_for,
        }),
        Err(mut refusal) => {
            if let Err(found) = app.csr_checks.check(scope, &body.csr).await? {
                refusal.refused.faults.extend(csr_refusal(&found).faults);
            }
            Err(refusal)
        }
    }
}
