//! An order that the CA refuses: for its people, at the order.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::run,
        json::Json,
        members::Members,
        path::Id,
        precondition::{Header, IfMatch},
        scope::{ReadCases, WorkCases},
    },
    refusal::Refusal,
    state::AppState,
    words::bilingual,
};
use crate::{
    api::{
        problem::Problem,
        rejections::{NewRejection, OrderRejection, WordedReason},
    },
    domain::{
        aggregate::Version,
        id::OrderId,
        order::rejection::{Objection, RejectionReason},
    },
    policy::{access::OfficerScope, rejections},
    services::orders::rejection::{Rejectable, RejectionProgress},
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(read, reject))
}

/// How an order stands; the ETag is what it is refused on.
#[utoipa::path(get, path = "/orders/{id}/rejection", tag = "cases",
    params(("id" = String, Path)),
    responses((status = 200, body = OrderRejection), (status = "4XX", body = Problem)))]
async fn read(
    State(app): State<AppState>,
    ReadCases(scope): ReadCases,
    Id(id): Id<OrderId>,
) -> Result<Response, Refusal> {
    Ok(found(&app.orders.rejectable(&scope, id).await?))
}

/// Refuses an open order: the first call proposes (202), the call of another person, a validation
/// officer, for the same reason does it. Another reason is another proposal.
#[utoipa::path(post, path = "/orders/{id}/rejection", tag = "cases",
    params(("id" = String, Path), Header), request_body = NewRejection,
    responses((status = 200, body = OrderRejection), (status = 202, body = OrderRejection),
        (status = "4XX", body = Problem)))]
async fn reject(
    State(app): State<AppState>,
    WorkCases(scope): WorkCases,
    Id(id): Id<OrderId>,
    IfMatch(seen): IfMatch,
    Json(body): Json<NewRejection>,
) -> Result<Response, Refusal> {
    let said = objection(&scope, &body)?;
    let orders = app.orders.clone();
    let act = async move { orders.reject(&scope, id, seen, &said).await };
    Ok(match run(&app, act).await?? {
        RejectionProgress::Done(stands) => found(&stands),
        RejectionProgress::Proposed(stands) => {
            answer::respond(answer::proposed(stands.version, &wire(&stands)))
        }
    })
}

/// A reason with its words.
pub fn worded(reason: RejectionReason) -> WordedReason {
    WordedReason {
        code: reason.name().to_owned(),
        words: bilingual(rejections::words(reason)),
    }
}

fn found(stands: &Rejectable) -> Response {
    answer::respond(answer::found(stands.version, &wire(stands)))
}

fn objection(scope: &OfficerScope, body: &NewRejection) -> Result<Objection, Refusal> {
    let mut members = Members::default();
    let reason = RejectionReason::from_name(&body.reason);
    let reason = members.value("/reason", "rejection-reason-unknown", reason);
    let note = members.optional("/note", body.note.as_deref());
    members.end(reason.map(|reason| Objection {
        by: scope.person().clone(),
        reason,
        note,
    }))
}

fn wire(stands: &Rejectable) -> OrderRejection {
    let order = &stands.order;
    let Version(version) = stands.version;
    let proposed = order.proposed_rejection();
    let reason = proposed.map(|proposed| proposed.what);
    OrderRejection {
        order_id: order.id.to_string(),
        order_number: order.number.as_str().to_owned(),
        ra: order.owner.ra.to_string(),
        customer_ref: order.owner.customer.as_ref().map(ToString::to_string),
        subject_data_id: order.subject_data.map(|id| id.to_string()),
        version,
        state: order.state.name().to_owned(),
        status_code: stands.status.name().to_owned(),
        reason: reason.or(order.rejected_for()).map(worded),
        proposed_by: proposed.map(|proposed| proposed.by.clone()),
    }
}
