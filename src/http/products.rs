//! `/v1/products`: what can be ordered.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        list::{self, Listing, NoFilter, Paging},
        scope::ReadCatalogue,
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        list::List,
        problem::{Bilingual, Problem},
        product::{Field, Product, Statement},
    },
    domain::product::{self, Operation, Step},
    policy::activation::FIELDS,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(all))
}

/// Every product that is offered now, with its fields and statements.
#[utoipa::path(get, path = "/products", tag = "catalogue", params(Paging),
    responses((status = 200, body = List<Product>),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn all(
    State(app): State<AppState>,
    _: ReadCatalogue,
    listing: Listing<NoFilter>,
) -> Result<Response, Refusal> {
    let products = app.catalogue.products();
    let now = app.gate.clock.now();
    let offered = products.iter().filter(|product| product.offered.holds(now));
    let products = offered.map(wire).collect();
    let name = |product: &Product| product.code.clone();
    Ok(answer::ok(&list::cut(products, &listing.page, name)?))
}

fn wire(product: &product::Product) -> Product {
    let field = |(name, required, source): (&str, bool, &str)| Field {
        name: name.to_owned(),
        required,
        source: source.to_owned(),
    };
    Product {
        code: product.code.to_string(),
        name: Bilingual::from(&product.name),
        category: product.category.clone(),
        validity_days: product.validity_days,
        operation: match product.operation {
            Operation::Issue => "issue",
            Operation::Renewal => "renewal",
        }
        .to_owned(),
        fields: FIELDS.into_iter().map(field).collect(),
        key_methods: vec!["csr".to_owned()],
        email_methods: product
            .email_methods
            .iter()
            .map(|method| method.name().to_owned())
            .collect(),
        statements: product.statements.iter().map(statement).collect(),
    }
}

fn statement(statement: &product::Statement) -> Statement {
    Statement {
        id: statement.id.clone(),
        version: statement.version,
        step: match statement.step {
            Step::Data => "data",
            Step::Activation => "activation",
        }
        .to_owned(),
        required: statement.required,
        text: Bilingual::from(&statement.text),
        sha256: hex::encode(statement.sha256),
    }
}
