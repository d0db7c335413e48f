//! Every resource of the RA listener, in one table.

use axum::{Extension, Router, middleware};
use utoipa_axum::router::OpenApiRouter;

use super::{
    activations, cases, certificates, csr_checks, data_lookups, disowned_mailboxes, document_kinds,
    documents, domains, doubts, events, frame, identities, jobs, keys, lint, mailbox_doubts,
    mailboxes, mails, notifications, openapi, orders, problem_reports, products,
    registration_types, reissues, rejections, revocations, state::AppState, subject_data, tokens,
    webhooks,
};

/// One line a resource file; see the module documentation of `http`.
fn resources() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(activations::routes())
        .merge(cases::routes())
        .merge(certificates::routes())
        .merge(csr_checks::routes())
        .merge(data_lookups::routes())
        .merge(disowned_mailboxes::routes())
        .merge(document_kinds::routes())
        .merge(documents::routes())
        .merge(domains::routes())
        .merge(doubts::routes())
        .merge(events::routes())
        .merge(identities::routes())
        .merge(jobs::routes())
        .merge(keys::routes())
        .merge(lint::routes())
        .merge(mailbox_doubts::routes())
        .merge(mailboxes::routes())
        .merge(mails::routes())
        .merge(notifications::routes())
        .merge(openapi::routes())
        .merge(orders::routes())
        .merge(problem_reports::routes())
        .merge(products::routes())
        .merge(registration_types::routes())
        .merge(reissues::routes())
        .merge(rejections::routes())
        .merge(revocations::routes())
        .merge(subject_data::routes())
        .merge(tokens::routes())
        .merge(webhooks::routes())
}

/// The RA listener's router.
pub fn ra(app: &AppState) -> Router {
    let (router, description) = OpenApiRouter::new()
        .nest("/v1", resources())
        .split_for_parts();
    let framed = middleware::from_fn_with_state(app.clone(), frame::mutual);
    router
        .layer(Extension(openapi::describe(description)))
        .layer(framed)
        .with_state(app.clone())
}
