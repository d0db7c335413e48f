//! The last step of an order: options, submission, state.

use std::time::Duration;

use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::Response,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::{self, Begun, Claim, Keyed},
        json::Json,
        members::Members,
        path::Id,
        scope::{ReadOrders, UseOrders},
    },
    refusal::Refusal,
    state::{App, AppState},
};
use crate::{
    api::{
        activations as wire,
        preflight::Preflight,
        problem::{self, Problem},
    },
    domain::{
        activation::Activation,
        id::{ActivationId, OrderId},
        idempotency::Answer,
        owner::ActingFor,
        refusal::Refused,
    },
    policy::{
        access::{ReadScope, TenantScope},
        activation::Options,
        statements::StatementGiven,
    },
    services::{
        csr_checks::csr_refusal,
        issuance::{Asked, Told, Wish},
    },
};

mod preflight;

/// How long a client waits for the certificate unless it says so.
const DEFAULT_WAIT: Duration = Duration::from_secs(10);
/// The longest wait a client may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(options))
        .routes(routes!(read, submit))
        .routes(routes!(preflight))
}

/// What may go into the certificate of this order.
#[utoipa::path(get, path = "/orders/{id}/activation/options", tag = "activation",
    params(("id" = String, Path)),
    responses((status = 200, body = wire::ActivationOptions), (status = "4XX", body = Problem)))]
async fn options(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Id(order): Id<OrderId>,
) -> Result<Response, Refusal> {
    let options = app.issuance.options(&scope, order).await?;
    Ok(answer::ok(&options_wire(options)))
}

/// How the newest activation of this order stands.
#[utoipa::path(get, path = "/orders/{id}/activation", tag = "activation",
    params(("id" = String, Path)),
    responses((status = 200, body = wire::Activation), (status = "4XX", body = Problem)))]
async fn read(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Id(order): Id<OrderId>,
) -> Result<Response, Refusal> {
    let activation = app.issuance.newest(&scope, order).await?;
    Ok(answer::ok(&activation_wire(&activation)))
}

/// Submits the order for issuance and waits for the certificate (`Prefer: wait=N`, seconds).
#[utoipa::path(post, path = "/orders/{id}/activation", tag = "activation",
    params(("id" = String, Path), idempotency::Header),
    request_body = wire::NewActivation,
    responses((status = 201, description = "Issued", body = crate::api::certificates::Certificate),
        (status = 202, description = "The result is late", body = wire::Activation),
        (status = "4XX", body = Problem), (status = 503, body = Problem)))]
async fn submit(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(order): Id<OrderId>,
    Wait(wait): Wait,
    keyed: Keyed<wire::NewActivation>,
) -> Result<Response, Refusal> {
    let text = keyed.text()?;
    let (claim, body) = keyed.of(scope.ra(), scope.owner());
    let read = scope.read();
    let issuance = app.issuance.clone();
    let own = app.clone();
    answered(&app, claim, &read, text, wait, async move |asked| {
        let wish = wish(&own, &scope, body).await?;
        Ok(issuance.activate(scope, order, wish, asked, wait).await)
    })
    .await
}

/// The answer to a keyed call that leads to a certificate: as it was given, as the act stands by
/// now, or what `act` leads to.
pub(super) async fn answered(
    app: &AppState,
    mut claim: Claim,
    read: &ReadScope,
    text: String,
    wait: Duration,
    act: impl AsyncFnOnce(Asked) -> Result<Result<Told, Refused>, Refusal>,
) -> Result<Response, Refusal> {
    let begun = idempotency::begin(app, &claim).await?;
    let told = match begun {
        Begun::Answered(answer) => return Ok(answer::respond(answer)),
        Begun::Pending { act } => {
            let id = act.parse().map_err(|_| Refused::not_found())?;
            let key = &claim.row.key;
            app.issuance.again_asked(read, key, id, wait).await
        }
        Begun::Fresh(ref _mark) => {
            let asked = Asked {
                claim: claim.row.clone(),
                body: text,
            };
            act(asked).await?
        }
    };
    let ended = match told {
        Ok(Told::Issued(answer)) => Ok(answer),
        Ok(Told::Pending(id)) => {
            // A refusal of this act belongs to the row that names it.
            claim.row.act = id.to_string();
            unfinished(app, read, id).await
        }
        Err(refused) => Err(refused),
    };
    let answer = match ended {
        Ok(answer) => answer,
        Err(refused) => idempotency::refuse(app, &claim, refused).await?,
    };
    Ok(answer::respond(answer))
}

/// Judges the body of an activation by every rule, each by itself, and says when evidence lapses.
/// Changes nothing; an Idempotency-Key is ignored. A private key in the CSR is blocked, as
/// everywhere.
#[utoipa::path(post, path = "/orders/{id}/activation/preflight", tag = "activation",
    params(("id" = String, Path)), request_body = wire::NewActivation,
    responses((status = 200, body = Preflight), (status = "4XX", body = Problem),
        (status = 503, body = Problem)))]
async fn preflight(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(order): Id<OrderId>,
    Json(body): Json<wire::NewActivation>,
) -> Result<Response, Refusal> {
    let mut members = Members::default();
    let (statements, acting_for) = read_members(&mut members, &body);
    let form = members.end(Some(())).err().map(|refusal| refusal.refused);
    let wish = Wish {
        common_name: body.common_name,
        fields: body.fields,
        csr: body.csr,
        statements,
        acting_for,
        replaces: None,
    };
    let found = app.issuance.preflight(&scope, order, &wish, form).await?;
    Ok(answer::ok(&preflight::wire(order, &found)))
}

/// An act without a certificate yet: 202, or the refusal it ended with since.
async fn unfinished(
    app: &AppState,
    scope: &ReadScope,
    id: ActivationId,
) -> Result<Answer, Refused> {
    let activation = app.issuance.activation(scope, id).await?;
    if let Some(code) = &activation.refusal {
        let code = problem::known_code(code).unwrap_or("activation-ended");
        return Err(Refused::unacceptable(code));
    }
    let mut late = answer::json(202, &activation_wire(&activation));
    late.location = Some(format!("/v1/orders/{}/activation", activation.order));
    Ok(late)
}

/// `Prefer: wait=N` (RFC 7240 4.3); anything else in the header is a preference we do not know
/// and may pass over.
pub(super) struct Wait(pub Duration);

impl FromRequestParts<AppState> for Wait {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Refusal> {
        let values = parts.headers.get_all("prefer").iter();
        let preferences = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|v| v.split(','));
        let wait = preferences
            .filter_map(|preference| preference.trim().strip_prefix("wait="))
            .find_map(|seconds| seconds.trim().parse().ok());
        Ok(Self(wait.map_or(DEFAULT_WAIT, |s| {
            Duration::from_secs(s).min(LONGEST_WAIT)
        })))
    }
}

/// What a body asks for. One with faults of form has its CSR looked at all the same, so that all
/// faults come at once and a private key in it is burnt (contract, Activation).
pub(super) async fn wish(
    app: &App,
    scope: &TenantScope,
    body: wire::NewActivation,
) -> Result<Wish, Refusal> {
    match form(&body) {
        Ok((statements, acting_for)) => Ok(Wish {
            common_name: body.common_name,
            fields: body.fields,
            csr: body.csr,
            statements,
            acting_for,
            replaces: None,
        }),
        Err(mut refusal) => {
            if let Err(found) = app.csr_checks.check(scope, &body.csr).await? {
                refusal.refused.faults.extend(csr_refusal(&found).faults);
            }
            Err(refusal)
        }
    }
}

fn form(body: &wire::NewActivation) -> Result<(Vec<StatementGiven>, ActingFor), Refusal> {
    let mut members = Members::default();
    let read = read_members(&mut members, body);
    members.end(Some(read))
}

fn read_members(
    members: &mut Members,
    body: &wire::NewActivation,
) -> (Vec<StatementGiven>, ActingFor) {
    if body.key_method != "csr" {
        members.fault("/key_method", "key-method-unsupported");
    }
    let statements = members.statements(&body.statements);
    (statements, members.acting_for(body.acting_for.as_ref()))
}

fn options_wire(options: Options) -> wire::ActivationOptions {
    wire::ActivationOptions {
        common_name: options
            .common_names
            .into_iter()
            .map(|offer| wire::CommonNameOption {
                value: offer.value,
                source: offer.source.name().to_owned(),
            })
            .collect(),
        fields: options
            .fields
            .into_iter()
            .map(|field| wire::FieldOption {
                name: field.name.to_owned(),
                value: field.value,
                required: field.required,
                selected: true,
            })
            .collect(),
        key_methods: vec!["csr".to_owned()],
    }
}

fn activation_wire(activation: &Activation) -> wire::Activation {
    wire::Activation {
        activation_id: activation.id.to_string(),
        order_id: activation.order.to_string(),
        state: activation.state.name().to_owned(),
        code: activation.refusal.clone(),
        certificate_id: activation.certificate.map(|id| id.to_string()),
        submitted_at: activation.submitted_at.to_string(),
    }
}
