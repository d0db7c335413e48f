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
        register::RegisterId,
        text::Country,
    },
    policy::country,
    services::registers::Offered,
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
    let types = app.registers.catalogue(country);
    let types = types.iter().map(wire).collect();
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

fn wire(Offered { kind, registers }: &Offered) -> RegistrationType {
    let names = registers.iter().map(|one| one.name().to_owned());
    RegistrationType {
        kind: kind.code.to_owned(),
        label: (&kind.label).into(),
        pattern: kind.pattern.to_owned(),
        example: kind.example.to_owned(),
        online: !registers.contains(&RegisterId::Manual),
        registers: names.collect(),
    }
}
