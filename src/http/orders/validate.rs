//! The dry run of a step: what the step's own call would say, with nothing written but what must be
//! on record whoever caused it: a look at CAA records, a leaked key.
//!
//! Each step is judged by the code that takes it, up to its commit. Not told is what no body can
//! mend: a limit of mails to an address (429), which would also let one ask about other owners'
//! addresses for nothing, and a version (412), which a dry run does not name.

use std::str::FromStr;

use axum::{extract::State, response::Response};

use super::{data_choice, wish};
use crate::{
    api::{
        dry_runs::{Finding, StepBody, StepCheck, Tried},
        mailbox::NewMailbox,
        problem::Problem,
    },
    domain::{
        id::{OrderId, SubjectDataId},
        refusal::{Class, Fault, Refused},
    },
    http::{
        activations, answer,
        extract::{json::DryRun, list::Query, scope::UseOrders},
        mailboxes,
        refusal::Refusal,
        state::{App, AppState},
        subject_data,
    },
    policy::access::TenantScope,
};

/// Looks at the body of a step as the step would: all faults at once. Stores nothing; an
/// Idempotency-Key is ignored. A private key in a CSR is blocked, as everywhere.
#[utoipa::path(post, path = "/orders/validate", tag = "orders", params(Tried),
    request_body = StepBody,
    responses((status = 200, body = StepCheck), (status = "4XX", body = Problem)))]
pub async fn validate(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Query(tried): Query<Tried>,
    body: DryRun,
) -> Result<Response, Refusal> {
    let (app, scope) = (app.as_ref(), &scope);
    let judged = match tried.step.as_deref().unwrap_or("order") {
        "order" => tried.of_none().and_then(|()| order(app, scope, &body)),
        "subject-data" => {
            tried.of_none()?;
            data(app, scope, &body).await
        }
        "submit" => submit(app, scope, tried.of_data()?, &body).await,
        "bind-data" => bind_data(app, scope, tried.of_order()?, &body).await,
        "email" => email(app, scope, tried.of_order()?, &body).await,
        "activation" => activation(app, scope, tried.of_order()?, &body).await,
        _ => Err(Refusal::at("step", "parameter-invalid")),
    };
    let findings = match judged {
        Ok(()) => Vec::new(),
        Err(refusal) if matches!(refusal.status, 409 | 422) => Finding::all_of(&refusal.refused),
        Err(refusal) => return Err(refusal),
    };
    Ok(answer::ok(&StepCheck {
        valid: findings.is_empty(),
        findings,
    }))
}

/// Each step names the object of its own path, and no other.
impl Tried {
    fn of_none(&self) -> Result<(), Refusal> {
        unused("order_id", self.order_id.as_ref())?;
        unused("subject_data_id", self.subject_data_id.as_ref())
    }

    fn of_order(&self) -> Result<OrderId, Refusal> {
        unused("subject_data_id", self.subject_data_id.as_ref())?;
        object("order_id", self.order_id.as_deref())
    }

    fn of_data(&self) -> Result<SubjectDataId, Refusal> {
        unused("order_id", self.order_id.as_ref())?;
        object("subject_data_id", self.subject_data_id.as_deref())
    }
}

fn unused(name: &str, given: Option<&String>) -> Result<(), Refusal> {
    match given {
        None => Ok(()),
        Some(_) => Err(Refusal::at(name, "parameter-invalid")),
    }
}

/// What is no identifier is not there, as in a path.
fn object<T: FromStr>(name: &str, given: Option<&str>) -> Result<T, Refusal> {
    let given = given.ok_or_else(|| Refusal::at(name, "parameter-invalid"))?;
    given.parse().map_err(|_| Refused::not_found().into())
}

fn order(app: &App, scope: &TenantScope, body: &DryRun) -> Result<(), Refusal> {
    let wish = wish(scope, &body.body()?, &app.orders)?;
    app.orders.judge(scope, &wish)?;
    Ok(())
}

async fn data(app: &App, scope: &TenantScope, body: &DryRun) -> Result<(), Refusal> {
    let body = body.body()?;
    let wish = subject_data::wish(&body).map_err(|refusal| absent("/replaces", refusal))?;
    let judged = app.data_sets.judge_new(scope, &wish).await;
    judged.map_err(|refused| absent("/replaces", refused.into()))
}

async fn submit(
    app: &App,
    scope: &TenantScope,
    set: SubjectDataId,
    body: &DryRun,
) -> Result<(), Refusal> {
    let given = subject_data::submission(&body.body()?)?;
    Ok(app.data_sets.judge_submission(scope, set, &given).await?)
}

async fn bind_data(
    app: &App,
    scope: &TenantScope,
    order: OrderId,
    body: &DryRun,
) -> Result<(), Refusal> {
    let at = |refusal| absent("/subject_data_id", refusal);
    let chosen = data_choice(&body.body()?);
    // An order that is not there is no matter of the body.
    app.orders.get(&scope.read(), order).await?;
    let (set, _) = chosen.map_err(at)?;
    let judged = app.orders.judge_binding(scope, order, set).await;
    judged.map_err(|refused| at(refused.into()))
}

async fn email(
    app: &App,
    scope: &TenantScope,
    order: OrderId,
    body: &DryRun,
) -> Result<(), Refusal> {
    let body: NewMailbox = body.body()?;
    mailboxes::user(body.acting_for.as_ref())?;
    let judged = app.mailboxes.judge_setting(scope, order, &body.email).await;
    match judged {
        Err(refused) if matches!(refused.class, Class::Limited { .. }) => Ok(()),
        judged => Ok(judged?),
    }
}

async fn activation(
    app: &App,
    scope: &TenantScope,
    order: OrderId,
    body: &DryRun,
) -> Result<(), Refusal> {
    let wish = activations::wish(app, scope, body.body()?).await?;
    app.issuance.rehearse(scope, order, &wish).await?;
    Ok(())
}

/// An object that the body names and that is not there is a fault of the body.
fn absent(pointer: &str, refusal: Refusal) -> Refusal {
    if refusal.status != 404 {
        return refusal;
    }
    let fault = Fault {
        pointer: pointer.to_owned(),
        code: refusal.refused.code,
    };
    Refused {
        faults: vec![fault],
        ..Refused::unacceptable(refusal.refused.code)
    }
    .into()
}
