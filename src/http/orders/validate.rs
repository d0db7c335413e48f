//! The dry run of an order: what `POST /orders` would say, with nothing written.

use axum::{extract::State, response::Response};

use super::wish;
use crate::{
    api::{
        orders::{Finding, NewOrder, OrderCheck},
        problem::{Bilingual, Problem},
    },
    domain::refusal::{Class, Fault, Refused},
    http::{
        answer,
        extract::{json::DryRun, scope::UseOrders},
        refusal::Refusal,
        state::AppState,
    },
};

/// Looks at an order as it would be taken: all faults at once. Stores nothing; an
/// Idempotency-Key is ignored.
#[utoipa::path(post, path = "/orders/validate", tag = "orders", request_body = NewOrder,
    responses((status = 200, body = OrderCheck), (status = "4XX", body = Problem)))]
pub async fn validate(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    DryRun(body): DryRun<NewOrder>,
) -> Result<Response, Refusal> {
    let judged = match body {
        Ok(body) => wish(&scope, &body, &app.orders)
            .and_then(|wish| Ok(app.orders.judge(&scope, &wish).map(drop)?)),
        Err(refused) => Err(refused.into()),
    };
    let faults = match judged {
        Ok(()) => Vec::new(),
        Err(refusal) if refusal.refused.class == Class::Unacceptable || refusal.status == 422 => {
            faults(refusal.refused)
        }
        Err(refusal) => return Err(refusal),
    };
    Ok(answer::ok(&OrderCheck {
        valid: faults.is_empty(),
        findings: faults.iter().map(finding).collect(),
    }))
}

/// A refusal of the whole body has its code alone.
fn faults(refused: Refused) -> Vec<Fault> {
    if refused.faults.is_empty() {
        return vec![Fault {
            pointer: String::new(),
            code: refused.code,
        }];
    }
    refused.faults
}

fn finding(fault: &Fault) -> Finding {
    Finding {
        pointer: fault.pointer.clone(),
        code: fault.code.to_owned(),
        severity: "error".to_owned(),
        message: Bilingual::of_code(fault.code),
    }
}
