//! Every resource of the RA listener, in one table.

use axum::{Router, middleware};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{frame, state::AppState};

/// One line a resource file; see the module documentation of `http`.
fn resources() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}

/// The RA listener's router and its description.
pub fn ra(app: &AppState) -> (Router, OpenApi) {
    let (router, description) = OpenApiRouter::new()
        .nest("/v1", resources())
        .split_for_parts();
    let framed = middleware::from_fn_with_state(app.clone(), frame::mutual);
    (router.layer(framed).with_state(app.clone()), description)
}
