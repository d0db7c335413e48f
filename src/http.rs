//! The edge that speaks HTTP: the RA listener (mutual TLS), the public listener and the metrics
//! listener. Knows wire types and use cases; holds no rule of the CA.
//!
//! # How a resource is added
//!
//! One file a resource, here: wire types in `api/<resource>.rs`, handlers in
//! `http/<resource>.rs`, and in it one function that registers them all, named in
//! `routes::resources`. A handler carries its OpenAPI text, so a route without one cannot be
//! registered. Paths stand without the `/v1` prefix.
//!
//! ```text
//! pub fn routes() -> OpenApiRouter<AppState> {
//!     OpenApiRouter::new()
//!         .routes(routes!(create, list)) // methods of one path
//!         .routes(routes!(read, change))
//! }
//!
//! /// Takes an order.
//! #[utoipa::path(post, path = "/orders", tag = "orders", params(idempotency::Header),
//!     request_body = NewOrder, responses((status = 201, body = Order), (status = "4XX", body = Problem)))]
//! async fn create(
//!     State(app): State<AppState>,
//!     UseOrders(scope): UseOrders,   // who: refuses the wrong role, see extract::scope
//!     keyed: Keyed<NewOrder>,        // Idempotency-Key and strict JSON, see extract::idempotency
//! ) -> Result<Response, Refusal> {
//!     let (claim, new) = keyed.of(scope.ra(), scope.owner());
//!     let services = Arc::clone(&app);
//!     idempotency::once(&app, claim, |order| answer::created(…), move |request| async move {
//!         services.orders.create(&scope, new.into(), request).await
//!     }).await
//! }
//! ```
//!
//! Other extractors: [`extract::json::Json`] (strict body without a key),
//! [`extract::path::Id`] and [`extract::path::Ids`] (what does not parse is 404),
//! [`extract::precondition::IfMatch`], [`extract::list::Listing`] (limit, cursor and the
//! resource's filters), [`extract::list::Query`]. Services are fields of [`state::App`]. A
//! handler's error is always [`refusal::Refusal`]; `?` makes it from `Refused`. Each new code
//! gets its words in `config/locales/{en,pl}/problems.ftl` (a test finds what is missing).

pub mod activations;
pub mod answer;
pub mod authorities;
pub mod cases;
pub mod certificates;
pub mod confirm;
pub mod csr_checks;
pub mod data_lookups;
pub mod disowned_mailboxes;
mod document_kinds;
pub mod documents;
pub mod domains;
mod doubts;
pub mod events;
pub mod extract;
pub mod frame;
pub mod guides;
pub mod health;
pub mod html;
pub mod identities;
pub mod jobs;
mod keys;
pub mod limits;
pub mod lint;
pub mod mailbox_doubts;
pub mod mailboxes;
pub mod mails;
pub mod names;
pub mod notifications;
pub mod openapi;
pub mod orders;
pub mod peer;
pub mod problem_reports;
pub mod products;
pub mod public;
pub mod refusal;
pub mod registration_types;
pub mod reissues;
mod rejections;
pub mod report;
mod resting;
mod revocations;
pub mod routes;
pub mod server;
pub mod state;
pub mod strangers;
pub mod subject_data;
pub mod tls;
pub mod tokens;
pub mod unsubscribe;
pub mod webhooks;
pub mod words;
