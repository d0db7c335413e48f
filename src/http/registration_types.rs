//! Which registration numbers a form offers for a country.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{
        list::{self, Listing, Paging},
        scope::ReadCatalogue,
    },
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        list::List,
        problem::Problem,
        subject_data::{CountryQuery, RegistrationType},
    },
    domain::{
        refusal::{Fault, Refused},
        text::Country,
    },
    policy::{country, registration_number},
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(all))
}

/// Lists the kinds of registration number of a country.
#[utoipa::path(get, path = "/registration-types", tag = "catalogue", params(CountryQuery, Paging),
    responses((status = 200, body = List<RegistrationType>), (status = "4XX", body = Problem)))]
async fn all(
    State(app): State<AppState>,
    ReadCatalogue(_): ReadCatalogue,
    listing: Listing<CountryQuery>,
) -> Result<Response, Refusal> {
    let country = country(&listing.filter)?;
    let types = registration_number::registration_types(country);
    let online = |code| app.registers.is_online(code, country);
    let types = types.iter().map(|kind| wire(kind, online(kind.code)));
    let types = types.collect();
    let name = |kind: &RegistrationType| kind.kind.clone();
    Ok(answer::ok(&list::cut(types, &listing.page, name)?))
}

/// The country that a form asks about.
///
/// # Errors
/// 422 `country-unsupported`.
pub fn country(asked: &CountryQuery) -> Result<Country, Refused> {
    country::parse(&asked.country).ok_or_else(|| Refused {
        faults: vec![Fault {
            pointer: "/country".to_owned(),
            code: "country-unsupported",
        }],
        ..Refused::unacceptable("country-unsupported")
    })
}

fn wire(kind: &registration_number::RegistrationType, online: bool) -> RegistrationType {
    RegistrationType {
        kind: kind.code.to_owned(),
        label: (&kind.label).into(),
        pattern: kind.pattern.to_owned(),
        example: kind.example.to_owned(),
        online,
    }
}
