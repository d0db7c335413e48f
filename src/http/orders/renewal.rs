//! An order that continues a certificate, taken at the certificate.

use axum::{extract::State, response::Response};

use super::wire;
use crate::{
    api::{
        orders::{NewRenewal, Order},
        problem::Problem,
    },
    domain::product::ProductCode,
    http::{
        answer,
        extract::{
            idempotency::{self, Header, Keyed},
            members::Members,
            path::Id,
            scope::UseOrders,
        },
        refusal::Refusal,
        state::AppState,
    },
    services::{
        certificates::Reference,
        orders::{OrderView, renewal::RenewalWish},
    },
};

/// Takes an order of a renewal product that continues this certificate: with its verified data,
/// and the proof of its mailbox while that can be used.
#[utoipa::path(post, path = "/certificates/{id}/renewal-orders", tag = "orders",
    params(("id" = String, Path, description = "`crt_…` or the serial in hex"), Header),
    request_body = NewRenewal,
    responses((status = 201, body = Order), (status = "4XX", body = Problem)))]
pub(super) async fn renew(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(which): Id<Reference>,
    keyed: Keyed<NewRenewal>,
) -> Result<Response, Refusal> {
    let (claim, body) = keyed.of(scope.ra(), scope.owner());
    let wish = wish(&body)?;
    let render = |view: &OrderView| {
        answer::created(
            &format!("/orders/{}", view.order.id),
            view.version,
            &wire::order(view),
        )
    };
    let own = app.clone();
    idempotency::once(&app, claim, render, |request| async move {
        let found = own.certificates.find(&scope.read(), &which).await?;
        let id = found.record.certificate.id;
        let (orders, mailboxes) = (&own.orders, &own.mailboxes);
        orders.renew(&scope, id, &wish, mailboxes, request).await
    })
    .await
}

fn wish(body: &NewRenewal) -> Result<RenewalWish, Refusal> {
    let mut members = Members::default();
    let product = ProductCode::parse(&body.product_code);
    let product = members.value("/product_code", "product-unknown", product);
    let alias = members.optional("/alias", body.alias.as_deref());
    let reference = body.partner_order_ref.as_deref();
    let partner_order_ref = members.optional("/partner_order_ref", reference);
    let acting_for = members.acting_for(body.acting_for.as_ref());
    members.end(product.map(|product| RenewalWish {
        product,
        alias,
        partner_order_ref,
        acting_for,
    }))
}
