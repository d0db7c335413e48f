//! The public listener: plain HTTP for everybody. CA certificates, CRLs, and the page that
//! confirms a mailbox, the one that stops reminders, pages that help customers, and the intake of
//! reports of problems. The Host header is ignored.

use axum::{Router, middleware};

use super::{authorities, confirm, frame, guides, report, state::AppState, unsubscribe};

/// One line a resource file: `.merge(<resource>::public_routes())`.
fn resources(app: &AppState) -> Router<AppState> {
    let pages = confirm::public_routes()
        .merge(unsubscribe::public_routes())
        .merge(guides::public_routes())
        .merge(report::public_routes());
    let limited = middleware::from_fn_with_state(app.clone(), confirm::limit);
    Router::new()
        .merge(authorities::public_routes())
        .merge(pages.layer(limited))
}

/// The public listener's router.
pub fn router(app: &AppState) -> Router {
    let framed = middleware::from_fn_with_state(app.clone(), frame::open);
    resources(app).layer(framed).with_state(app.clone())
}
