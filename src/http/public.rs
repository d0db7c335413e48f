//! The public listener: plain HTTP for everybody. CA certificates, CRLs, and the page that
//! confirms a mailbox. The Host header is ignored.

use axum::{Router, middleware};

use super::{authorities, confirm, frame, state::AppState};

/// One line a resource file: `.merge(<resource>::public_routes())`.
fn resources(app: &AppState) -> Router<AppState> {
    Router::new().merge(authorities::public_routes()).merge(
        confirm::public_routes().layer(middleware::from_fn_with_state(app.clone(), confirm::limit)),
    )
}

/// The public listener's router.
pub fn router(app: &AppState) -> Router {
    let framed = middleware::from_fn_with_state(app.clone(), frame::open);
    resources(app).layer(framed).with_state(app.clone())
}
