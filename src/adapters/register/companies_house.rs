//! Companies House of the United Kingdom.

use async_trait::async_trait;
use base64::{Engine, prelude::BASE64_STANDARD};
use hyper::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{
    egress::{Line, Question},
    fact, json,
    visit::{Said, Trouble, Visit},
};
use crate::{
    domain::register::{
        Caution, EntityStatus, LegalForm, LookupOutcome, RegisterAddress, RegisterId,
        RegisterNumber, RegisterRecord,
    },
    policy::organization_identifier::Scheme,
    ports::register::{NumberKind, Reach, Register},
};

const READER: u32 = 1;

/// See the module documentation.
pub struct CompaniesHouse {
    line: Line,
    key: SecretString,
}

impl CompaniesHouse {
    /// `key`: the key that the register gave out for this program.
    #[must_use]
    pub const fn new(line: Line, key: SecretString) -> Self {
        Self { line, key }
    }

    async fn said(&self, visit: &mut Visit<'_>, number: &str) -> Result<Said, Trouble> {
        let mut question = Question::get(format!("/company/{}", json::escaped(number)));
        question.headers.push((AUTHORIZATION, self.basic(visit)?));
        let reply = visit.ask(question).await?;
        match reply.status {
            200 => {}
            404 => {
                let told: Errors = json::read(visit, &reply)?;
                return told.not_found();
            }
            _ => return Err(json::unknown(&reply)),
        }
        let company: Company = json::read(visit, &reply)?;
        visit.stamp(fact::stamp("etag", company.etag.as_deref()));
        record(&company, number).map(Said::found)
    }

    /// The key is the user; there is no password.
    fn basic(&self, visit: &Visit<'_>) -> Result<HeaderValue, Trouble> {
        let user = BASE64_STANDARD.encode(format!("{}:", self.key.expose_secret()));
        let value = HeaderValue::from_str(&format!("Basic {user}"));
        let mut value = value.map_err(|_| visit.out_of_service("the key is no header value"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

#[async_trait]
impl Register for CompaniesHouse {
    fn id(&self) -> RegisterId {
        RegisterId::CompaniesHouse
    }

    fn schemes(&self) -> &'static [NumberKind] {
        &[NumberKind {
            kind: "NTR",
            scheme: Scheme::Ntr,
            reach: Reach::Country("GB"),
        }]
    }

    fn disclosure_url(&self) -> &str {
        "https://find-and-update.company-information.service.gov.uk/"
    }

    async fn lookup(&self, number: &RegisterNumber) -> LookupOutcome {
        let mut visit = Visit::new(&self.line, self.id(), READER, number.clone());
        let said = self.said(&mut visit, &number.number).await;
        visit.end(said)
    }
}

#[derive(Deserialize)]
struct Errors {
    errors: Vec<ApiError>,
}

#[derive(Deserialize)]
struct ApiError {
    error: String,
}

impl Errors {
    fn not_found(&self) -> Result<Said, Trouble> {
        let word = self.errors.first().map(|one| one.error.as_str());
        match word {
            Some("company-profile-not-found") => Ok(Said::NotFound),
            _ => Err(Trouble::Drift(format!("404 with {word:?}"))),
        }
    }
}

#[derive(Deserialize)]
struct Company {
    company_name: String,
    company_number: String,
    company_status: Option<String>,
    company_status_detail: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    registered_office_address: Option<Address>,
    #[serde(default)]
    previous_company_names: Vec<Former>,
    date_of_cessation: Option<String>,
    etag: Option<String>,
    #[serde(default)]
    undeliverable_registered_office_address: bool,
    #[serde(default)]
    registered_office_is_in_dispute: bool,
}

#[derive(Deserialize)]
struct Former {
    name: String,
}

#[derive(Deserialize)]
struct Address {
    address_line_1: Option<String>,
    address_line_2: Option<String>,
    locality: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

fn record(company: &Company, asked: &str) -> Result<RegisterRecord, Trouble> {
    let status = standing(company);
    let form = fact::optional("type", company.kind.as_deref())?;
    let former = company.previous_company_names.iter();
    let said = [
        company.company_status.as_deref(),
        company.company_status_detail.as_deref(),
    ];
    Ok(RegisterRecord {
        number: fact::same_number("company_number", asked, &company.company_number)?,
        legal_name: Some(fact::needed("company_name", &company.company_name)?),
        other_names: fact::several(
            "previous_company_names",
            former.map(|one| one.name.as_str()),
        )?,
        legal_form: form.map(|raw| LegalForm { raw, elf: None }),
        status,
        status_raw: fact::joined("company_status", &said)?,
        address: company
            .registered_office_address
            .as_ref()
            .map_or_else(|| Ok(RegisterAddress::default()), address)?,
        numbers: Vec::new(),
        contacts: Vec::new(),
        as_of: None,
        cautions: cautions(company, status),
    })
}

fn standing(company: &Company) -> EntityStatus {
    if company.date_of_cessation.is_some() {
        return EntityStatus::Struck;
    }
    match company.company_status.as_deref() {
        Some("active") => EntityStatus::Active,
        Some("dissolved" | "closed" | "converted-closed" | "removed") => EntityStatus::Struck,
        Some("liquidation") => EntityStatus::Liquidation,
        Some(
            "receivership" | "administration" | "insolvency-proceedings" | "voluntary-arrangement",
        ) => EntityStatus::Insolvency,
        _ => EntityStatus::Unknown,
    }
}

fn address(place: &Address) -> Result<RegisterAddress, Trouble> {
    let street = [
        place.address_line_1.as_deref(),
        place.address_line_2.as_deref(),
    ];
    Ok(RegisterAddress {
        country: fact::optional("country", place.country.as_deref())?,
        region: fact::optional("region", place.region.as_deref())?,
        locality: fact::optional("locality", place.locality.as_deref())?,
        street: fact::joined("address_line_1", &street)?,
        postcode: fact::optional("postal_code", place.postal_code.as_deref())?,
        whole: None,
    })
}

fn cautions(company: &Company, status: EntityStatus) -> Vec<Caution> {
    let detail = company.company_status_detail.as_deref();
    let proposed = detail.is_some_and(|detail| detail.contains("proposal-to-strike-off"));
    let wrong = [
        (
            company.undeliverable_registered_office_address,
            Caution::AddressUndeliverable,
        ),
        (
            company.registered_office_is_in_dispute,
            Caution::AddressDisputed,
        ),
        (proposed, Caution::StrikeOffProposed),
        (status == EntityStatus::Unknown, Caution::StatusUnclear),
    ];
    let wrong = wrong.into_iter().filter(|(is_wrong, _)| *is_wrong);
    wrong.map(|(_, caution)| caution).collect()
}
