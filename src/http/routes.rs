//! Every resource of the RA listener, in one table.

use axum::{Extension, Router, middleware};
use utoipa_axum::router::OpenApiRouter;

use super::{
    cases, certificates, csr_checks, frame, identities, openapi, products, state::AppState,
};

/// One line a resource file; see the module documentation of `http`.
fn resources() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(cases::routes())
        .merge(certificates::routes())
        .merge(csr_checks::routes())
        .merge(identities::routes())
        .merge(openapi::routes())
        .merge(products::routes())
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
