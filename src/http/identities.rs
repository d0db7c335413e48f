//! `/v1/identities`: the registry.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::run,
        json::Json,
        list::{self, Listing, NoFilter, Paging},
        path::Id,
        precondition::MaybeIfMatch,
        scope::{ManageIdentities, ReadIdentities},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        identity::{Identity, NewIdentity},
        list::List,
        problem::Problem,
    },
    domain::{
        identity::{self, Credential},
        owner::IdentityName,
        refusal::{Fault, Refused},
        timestamp::Timestamp,
    },
    services::identities::Wish,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(all, create))
        .routes(routes!(read))
        .routes(routes!(disable))
}

/// Registers an identity (operator).
#[utoipa::path(post, path = "/identities", tag = "identities", request_body = NewIdentity,
    responses((status = 201, body = Identity),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn create(
    State(app): State<AppState>,
    ManageIdentities(scope): ManageIdentities,
    Json(new): Json<NewIdentity>,
) -> Result<Response, Refusal> {
    let wish = wish(new)?;
    let service = Arc::clone(&app.identities);
    let made = run(&app, async move { service.register(&scope, &wish).await }).await??;
    let path = format!("/identities/{}", made.name);
    let body = wire(&made, app.gate.clock.now());
    Ok(answer::respond(answer::created(
        &path,
        made.will_be(),
        &body,
    )))
}

/// Every identity, by name (operator, auditor).
#[utoipa::path(get, path = "/identities", tag = "identities", params(Paging),
    responses((status = 200, body = List<Identity>),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn all(
    State(app): State<AppState>,
    ReadIdentities(scope): ReadIdentities,
    listing: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let now = app.gate.clock.now();
    let found = app.identities.list(&scope).await?;
    let items = found.iter().map(|entry| wire(entry, now)).collect();
    let name = |entry: &Identity| entry.name.clone();
    Ok(answer::ok(&list::cut(items, &listing.page, name)?))
}

/// One identity (operator, auditor).
#[utoipa::path(get, path = "/identities/{name}", tag = "identities",
    params(("name" = String, Path)),
    responses((status = 200, body = Identity),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn read(
    State(app): State<AppState>,
    ReadIdentities(scope): ReadIdentities,
    Id(name): Id<IdentityName>,
) -> Result<Response, Refusal> {
    let found = app.identities.get(&scope, &name).await?;
    let body = wire(&found, app.gate.clock.now());
    Ok(answer::respond(answer::found(found.version(), &body)))
}

/// Takes an identity's role away for good (operator).
#[utoipa::path(post, path = "/identities/{name}/disable", tag = "identities",
    params(("name" = String, Path)),
    responses((status = 200, body = Identity),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn disable(
    State(app): State<AppState>,
    ManageIdentities(scope): ManageIdentities,
    Id(name): Id<IdentityName>,
    MaybeIfMatch(expected): MaybeIfMatch,
) -> Result<Response, Refusal> {
    let service = Arc::clone(&app.identities);
    let act = async move { service.disable(&scope, &name, expected).await };
    let changed = run(&app, act).await??;
    let body = wire(&changed, app.gate.clock.now());
    Ok(answer::respond(answer::found(changed.will_be(), &body)))
}

fn wish(new: NewIdentity) -> Result<Wish, Refused> {
    let qualified_until = instant("/qualified_until", new.qualified_until)?;
    let granted_from = instant("/granted_from", new.granted_from)?;
    let granted_until = instant("/granted_until", new.granted_until)?;
    Ok(Wish {
        name: new.name,
        role: new.role,
        certificate: new.certificate,
        uri: new.uri,
        qualified_until,
        granted_from,
        granted_until,
    })
}

fn instant(pointer: &str, text: Option<String>) -> Result<Option<Timestamp>, Refused> {
    let parsed = text.map(|text| text.parse()).transpose();
    parsed.map_err(|_| Refused {
        faults: vec![Fault {
            pointer: pointer.to_owned(),
            code: "member-invalid",
        }],
        ..Refused::unacceptable("validation-failed")
    })
}

fn wire(identity: &identity::Identity, now: Timestamp) -> Identity {
    let (spki_sha256, uri) = match &identity.credential {
        Credential::Spki(hash) => (Some(hex::encode(hash)), None),
        Credential::Uri(uri) => (None, Some(uri.to_string())),
    };
    Identity {
        name: identity.name.to_string(),
        role: identity.role.name().to_owned(),
        spki_sha256,
        uri,
        qualified_until: identity.qualified_until.map(|at| at.to_string()),
        granted_from: identity.granted.from().map(|at| at.to_string()),
        granted_until: identity.granted.until().map(|at| at.to_string()),
        active: identity.is_active(now),
        disabled_at: identity.disabled_at.map(|at| at.to_string()),
        created_at: identity.created_at.to_string(),
        updated_at: identity.updated_at.to_string(),
    }
}
