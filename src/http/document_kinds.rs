//! Which documents a form offers for a country.

use axum::response::Response;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        list::{self, Listing, Paging},
        scope::ReadCatalogue,
    },
    refusal::Refusal,
    registration_types,
    state::AppState,
    words,
};
use crate::{
    api::{
        document_kinds::OfferedDocumentKind, list::List, problem::Problem,
        subject_data::CountryQuery,
    },
    domain::document::MediaType,
    policy::{
        document_kinds::{self, OfferedKind},
        documents::MAX_SIZE,
    },
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(all))
}

/// Lists the kinds of document that can be handed in for an organisation of a country.
#[utoipa::path(get, path = "/document-kinds", tag = "catalogue", params(CountryQuery, Paging),
    responses((status = 200, body = List<OfferedDocumentKind>), (status = "4XX", body = Problem)))]
async fn all(
    ReadCatalogue(_): ReadCatalogue,
    listing: Listing<CountryQuery>,
) -> Result<Response, Refusal> {
    let country = registration_types::country(&listing.filter)?;
    let kinds = document_kinds::offered(country);
    let kinds = kinds.iter().map(wire).collect();
    let name = |kind: &OfferedDocumentKind| kind.kind.clone();
    Ok(answer::ok(&list::cut(kinds, &listing.page, name)?))
}

fn wire(offered: &OfferedKind) -> OfferedDocumentKind {
    OfferedDocumentKind {
        kind: offered.kind.name().to_owned(),
        label: words::bilingual(offered.label),
        needed: words::bilingual(offered.needed),
        papers: offered
            .papers
            .iter()
            .copied()
            .map(words::bilingual)
            .collect(),
        oldest_months: offered.oldest_months,
        media_types: MediaType::ALL.map(|kind| kind.name().to_owned()).to_vec(),
        max_size: MAX_SIZE,
    }
}
