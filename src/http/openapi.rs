//! The API's description, made from the routes that are registered.

use std::sync::Arc;

use axum::{Extension, response::Response};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::openapi::{
    Components, InfoBuilder, OpenApi,
    security::{SecurityRequirement, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{answer, extract::scope::ReadCatalogue, state::AppState};
use crate::{api::problem::Problem, domain::idempotency::Answer};

mod pushed;

/// The one way in.
const SCHEME: &str = "mutual-tls";

/// The routes, and what is sent without being asked for.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    routes: &'a OpenApi,
    webhooks: Json,
}

/// The description as it is served; made once.
#[derive(Clone)]
pub struct Described(Arc<Answer>);

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(read))
}

/// Completes the description with what no route says of itself.
#[must_use]
pub fn describe(mut description: OpenApi) -> Described {
    description.info = InfoBuilder::new()
        .title("Chancery RA API")
        .version("1")
        .description(Some(
            "Mutual TLS 1.3 only. Errors are problem documents (RFC 9457) with a stable code.",
        ))
        .build();
    let text = "TLS 1.3 with a client certificate whose key or URI the registry knows. The role \
                there says which calls it may make.";
    let scheme = SecurityScheme::MutualTls {
        description: Some(text.to_owned()),
        deprecated: None,
        extensions: None,
    };
    let components = description.components.get_or_insert_with(Components::new);
    components.add_security_scheme(SCHEME, scheme);
    pushed::add_schemas(components);
    let none: [String; 0] = [];
    description.security = Some(vec![SecurityRequirement::new(SCHEME, none)]);
    let whole = Whole {
        routes: &description,
        webhooks: pushed::webhooks(),
    };
    Described(Arc::new(answer::json(200, &whole)))
}

/// The OpenAPI 3.1 document of this API.
#[utoipa::path(get, path = "/openapi.json", tag = "catalogue",
    responses((status = 200, description = "This document", content_type = "application/json"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn read(_: ReadCatalogue, Extension(Described(answer)): Extension<Described>) -> Response {
    answer::respond(answer.as_ref().clone())
}
