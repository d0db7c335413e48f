//! `/v1/tokens`: whether the CA's keys can sign.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        list::{self, Listing, NoFilter, Paging},
        scope::ReadTokens,
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{list::List, problem::Problem, token::Key},
    ports::signer::KeyStatus,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(all))
}

/// Every configured key (security officer, auditor).
#[utoipa::path(get, path = "/tokens", tag = "tokens", params(Paging),
    responses((status = 200, body = List<Key>),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn all(
    State(app): State<AppState>,
    _: ReadTokens,
    listing: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let keys = app.signer.keys().into_iter().map(wire).collect();
    let name = |key: &Key| key.name.clone();
    Ok(answer::ok(&list::cut(keys, &listing.page, name)?))
}

fn wire(status: KeyStatus) -> Key {
    let fault = status.state.err().map(|fault| fault.to_string());
    Key {
        name: status.key.to_string(),
        ready: fault.is_none(),
        fault,
    }
}
