//! Orders: create, list, read, change, cancel, bind data.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        idempotency::{self, Header, Keyed},
        json::{Json, JsonOrNothing},
        list::{self, Listing, Paging},
        members::Members,
        path::Id,
        precondition::{self, IfMatch},
        scope::{ReadOrders, UseOrders},
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        list::List,
        orders::{Cancellation, DataChoice, NewOrder, Order, OrderChange, OrderFilter},
        problem::Problem,
    },
    domain::{
        id::{OrderId, SubjectDataId},
        order::{Contacts, transition::OrderEdit},
        owner::ActingFor,
        product::ProductCode,
        refusal::Refused,
        text::Language,
    },
    policy::{access::TenantScope, mailbox_address, status::filter::OrderWord},
    services::orders::{OrderView, OrderWish, Orders, list::OrderQuery},
};

mod renewal;
mod validate;
mod wire;

use renewal::{__path_renew, renew};
use validate::{__path_validate, validate};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create, all))
        .routes(routes!(validate))
        .routes(routes!(read, change))
        .routes(routes!(cancel))
        .routes(routes!(bind_data))
        .routes(routes!(renew))
}

/// Takes an order.
#[utoipa::path(post, path = "/orders", tag = "orders", params(Header), request_body = NewOrder,
    responses((status = 201, body = Order), (status = "4XX", body = Problem)))]
async fn create(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    keyed: Keyed<NewOrder>,
) -> Result<Response, Refusal> {
    let (claim, body) = keyed.of(scope.ra(), scope.owner());
    let wish = wish(&scope, &body, &app.orders)?;
    let render = |view: &OrderView| {
        answer::created(
            &format!("/orders/{}", view.order.id),
            view.version,
            &wire::order(view),
        )
    };
    let orders = app.orders.clone();
    idempotency::once(&app, claim, render, |request| async move {
        orders.create(&scope, wish, request).await
    })
    .await
}

/// Lists orders, newest first.
#[utoipa::path(get, path = "/orders", tag = "orders", params(OrderFilter, Paging),
    responses((status = 200, body = List<Order>), (status = "4XX", body = Problem)))]
async fn all(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    listing: Listing<OrderFilter>,
) -> Result<Response, Refusal> {
    let query = query(&listing.filter)?;
    let found = app.orders.list(&scope, &query, &listing.page).await?;
    Ok(answer::ok(&list::to(
        &found.items,
        found.next.as_ref(),
        &listing.page,
        wire::order,
    )))
}

/// Reads an order with everything its customer is shown.
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", params(("id" = String, Path)),
    responses((status = 200, body = Order), (status = "4XX", body = Problem)))]
async fn read(
    State(app): State<AppState>,
    ReadOrders(scope): ReadOrders,
    Id(id): Id<OrderId>,
) -> Result<Response, Refusal> {
    Ok(found(&app.orders.get(&scope, id).await?))
}

/// Changes alias, contacts or language.
#[utoipa::path(patch, path = "/orders/{id}", tag = "orders",
    params(("id" = String, Path), precondition::Header), request_body = OrderChange,
    responses((status = 200, body = Order), (status = "4XX", body = Problem)))]
async fn change(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<OrderId>,
    IfMatch(version): IfMatch,
    Json(body): Json<OrderChange>,
) -> Result<Response, Refusal> {
    let mut members = Members::default();
    let edit = OrderEdit {
        alias: body
            .alias
            .as_ref()
            .map(|alias| members.optional("/alias", alias.as_deref())),
        contacts: body
            .contacts
            .as_ref()
            .map(|contacts| read_contacts(&mut members, contacts)),
        language: language(&mut members, body.language.as_deref()),
    };
    let user = members.acting_for(body.acting_for.as_ref());
    let edit = members.end(Some(edit))?;
    let orders = app.orders.clone();
    let act = async move { orders.edit(&scope, id, version, &edit, &user).await };
    Ok(found(&idempotency::run(&app, act).await??))
}

/// Gives an open order up.
#[utoipa::path(post, path = "/orders/{id}/cancel", tag = "orders", params(("id" = String, Path)),
    request_body = Option<Cancellation>,
    responses((status = 200, body = Order), (status = "4XX", body = Problem)))]
async fn cancel(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<OrderId>,
    JsonOrNothing(body): JsonOrNothing<Cancellation>,
) -> Result<Response, Refusal> {
    let mut members = Members::default();
    let note = members.optional("/note", body.note.as_deref());
    let user = members.acting_for(body.acting_for.as_ref());
    members.end(Some(()))?;
    let orders = app.orders.clone();
    let act = async move { orders.cancel(&scope, id, note, &user).await };
    Ok(found(&idempotency::run(&app, act).await??))
}

/// Binds a submitted or verified data set.
#[utoipa::path(put, path = "/orders/{id}/subject-data", tag = "orders",
    params(("id" = String, Path), precondition::Header), request_body = DataChoice,
    responses((status = 200, body = Order), (status = "4XX", body = Problem)))]
async fn bind_data(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Id(id): Id<OrderId>,
    IfMatch(version): IfMatch,
    Json(body): Json<DataChoice>,
) -> Result<Response, Refusal> {
    let (set, user) = data_choice(&body)?;
    let orders = app.orders.clone();
    let act = async move { orders.bind_data(&scope, id, version, set, &user).await };
    Ok(found(&idempotency::run(&app, act).await??))
}

fn found(view: &OrderView) -> Response {
    answer::respond(answer::found(view.version, &wire::order(view)))
}

fn wish(scope: &TenantScope, body: &NewOrder, orders: &Orders) -> Result<OrderWish, Refusal> {
    let mut members = Members::default();
    let product = ProductCode::parse(&body.product_code);
    let product = members.value("/product_code", "product-unknown", product);
    let customer = members.optional("/customer_ref", body.customer_ref.as_deref());
    let alias = members.optional("/alias", body.alias.as_deref());
    let partner_order_ref =
        members.optional("/partner_order_ref", body.partner_order_ref.as_deref());
    let language = language(&mut members, body.language.as_deref()).unwrap_or_default();
    let contacts = body.contacts.as_ref();
    let contacts = contacts.map_or_else(Contacts::default, |contacts| {
        read_contacts(&mut members, contacts)
    });
    let acting_for = members.acting_for(body.acting_for.as_ref());
    // In a body without other faults product and customer are judged behind the Idempotency-Key.
    if members.has_faults() {
        let customer = customer.as_ref().filter(|_| body.customer_ref.is_some());
        let is_read = customer.is_some() || body.customer_ref.is_none();
        for fault in orders.faults(scope, product.as_ref(), is_read.then_some(customer)) {
            members.fault(&fault.pointer, fault.code);
        }
    }
    members.end(product.map(|product| OrderWish {
        product,
        customer,
        alias,
        partner_order_ref,
        language,
        contacts,
        acting_for,
    }))
}

fn data_choice(body: &DataChoice) -> Result<(SubjectDataId, ActingFor), Refusal> {
    let mut members = Members::default();
    let user = members.acting_for(body.acting_for.as_ref());
    members.end(Some(()))?;
    // What is no identifier of a data set is not there.
    let set = body.subject_data_id.parse();
    Ok((set.map_err(|_| Refused::not_found())?, user))
}

fn language(members: &mut Members, code: Option<&str>) -> Option<Language> {
    let code = code?;
    members.value(
        "/language",
        "language-unsupported",
        Language::from_code(code),
    )
}

fn read_contacts(members: &mut Members, wire: &crate::api::orders::Contacts) -> Contacts {
    let mut contact = |pointer: &str, address: Option<&str>| {
        let address = address?;
        let parsed = mailbox_address::parse(address).ok();
        let parsed = members.value(pointer, "email-invalid", parsed)?;
        members.text(pointer, parsed.as_str())
    };
    Contacts {
        technical: contact("/contacts/technical", wire.technical.as_deref()),
        revocation: contact("/contacts/revocation", wire.revocation.as_deref()),
    }
}

fn query(wire: &OrderFilter) -> Result<OrderQuery, Refusal> {
    let text = wire.q.clone().filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > 100) {
        return Err(Refusal::at("q", "parameter-invalid"));
    }
    Ok(OrderQuery {
        words: list::words(wire.state.as_deref(), OrderWord::from_name)?,
        text,
    })
}
