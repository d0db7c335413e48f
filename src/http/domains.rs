//! `/v1/domains`: control of mail domains.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::{self, Header, Keyed},
        json::JsonOrNothing,
        list::{self, Listing, NoFilter, Paging},
        members::Members,
        path::Id,
        scope::{ReadOrders, UseOrders},
    },
    mailboxes::user,
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        domains::{Domain, DomainAct, DomainLook, DomainRecord, DomainSight, NewDomain},
        list::List,
        problem::Problem,
    },
    domain::{
        domain_control::{Look, METHOD, Sighting},
        id::DomainControlId,
    },
    policy::domain_control,
    ports::store::Cursor,
    services::domains::DomainView,
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(start, all))
        .routes(routes!(read))
        .routes(routes!(check))
        .routes(routes!(withdraw))
}

/// Begins to show control of a domain: the answer says which TXT record to publish. Then ask for
/// a check.
#[utoipa::path(post, path = "/domains", tag = "domains", params(Header),
    request_body = NewDomain,
    responses((status = 201, body = Domain),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn start(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    keyed: Keyed<NewDomain>,
) -> Result<Response, Refusal> {
    let (claim, body) = keyed.of(scope.ra(), scope.owner());
    let mut members = Members::default();
    let user = members.acting_for(body.acting_for.as_ref());
    let domain = match domain_control::authorization_domain(&body.domain) {
        Ok(domain) => Some(domain),
        Err(code) => {
            members.fault("/domain", code);
            None
        }
    };
    let domain = members.end(domain)?;
    let render = |view: &DomainView| {
        let path = format!("/domains/{}", view.control.id);
        answer::created(&path, view.version, &wire(view))
    };
    let domains = app.domains.clone();
    idempotency::once(&app, claim, render, |request| async move {
        domains.start(&scope, &domain, &user, request).await
    })
    .await
}

/// Lists proofs, newest first.
#[utoipa::path(get, path = "/domains", tag = "domains", params(Paging),
    responses((status = 200, body = List<Domain>),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn all(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    listing: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let found = app.domains.list(&scope, &listing.page).await?;
    let place = |view: &DomainView| Cursor {
        created_at: view.control.created_at,
        id: view.control.id.to_string(),
    };
    Ok(answer::ok(&list::page(&found, &listing.page, place, wire)))
}

/// Reads a proof.
#[utoipa::path(get, path = "/domains/{id}", tag = "domains", params(("id" = String, Path)),
    responses((status = 200, body = Domain),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn read(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Id(id): Id<DomainControlId>,
) -> Result<Response, Refusal> {
    Ok(shown(&app.domains.get(&scope, id).await?))
}

/// Looks for the record now, from everywhere. `state` and `last_look` say what came of it.
#[utoipa::path(post, path = "/domains/{id}/check", tag = "domains",
    params(("id" = String, Path)), request_body = Option<DomainAct>,
    responses((status = 200, body = Domain),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn check(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<DomainControlId>,
    JsonOrNothing(body): JsonOrNothing<DomainAct>,
) -> Result<Response, Refusal> {
    let user = user(body.acting_for.as_ref())?;
    let domains = app.domains.clone();
    let act = async move { domains.check(&scope, id, &user).await };
    Ok(shown(&idempotency::run(&app, act).await??))
}

/// Gives a proof up: no certificate is issued on it any more.
#[utoipa::path(post, path = "/domains/{id}/withdraw", tag = "domains",
    params(("id" = String, Path)), request_body = Option<DomainAct>,
    responses((status = 200, body = Domain),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn withdraw(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<DomainControlId>,
    JsonOrNothing(body): JsonOrNothing<DomainAct>,
) -> Result<Response, Refusal> {
    let user = user(body.acting_for.as_ref())?;
    let domains = app.domains.clone();
    let act = async move { domains.withdraw(&scope, id, &user).await };
    Ok(shown(&idempotency::run(&app, act).await??))
}

fn shown(view: &DomainView) -> Response {
    answer::respond(answer::found(view.version, &wire(view)))
}

fn wire(view: &DomainView) -> Domain {
    let control = &view.control;
    let proven = control.proven_at;
    Domain {
        id: control.id.to_string(),
        customer_ref: control.owner.customer.as_ref().map(ToString::to_string),
        domain: control.domain.to_string(),
        state: view.status.name().to_owned(),
        method: METHOD.to_owned(),
        record: DomainRecord {
            name: control.record.to_string(),
            kind: "TXT".to_owned(),
            value: control.value.clone(),
        },
        value_expires_at: control.value_until.to_string(),
        looks: control.looks,
        last_look: control.last_look.as_ref().map(look),
        proven_at: proven.map(|at| at.to_string()),
        valid_until: proven.map(|_| control.valid_until.to_string()),
        created_at: control.created_at.to_string(),
        updated_at: control.updated_at.to_string(),
        etag: answer::etag(view.version),
    }
}

fn look(look: &Look) -> DomainLook {
    let sight = |one: &Sighting| DomainSight {
        perspective: one.by().to_owned(),
        sight: one.sight.name().to_owned(),
    };
    DomainLook {
        at: look.at.to_string(),
        verdict: look.verdict.name().to_owned(),
        quorum: look.quorum.clone(),
        seen: look.seen.iter().map(sight).collect(),
    }
}
