//! Legal entity identifiers, at the Global LEI Index. An entry counts only when it is ISSUED,
//! ACTIVE and FULLY_CORROBORATED (S/MIME BR 3.2.3.2.1): what it lacks stands in the cautions.

use async_trait::async_trait;
use serde::Deserialize;

use super::{
    egress::{Line, Question},
    fact, json,
    visit::{Said, Trouble, Visit},
};
use crate::{
    domain::register::{
        Caution, EntityStatus, LegalForm, LookupOutcome, OtherNumber, RegisterAddress, RegisterId,
        RegisterNumber, RegisterRecord,
    },
    policy::organization_identifier::Scheme,
    ports::register::{NumberKind, Reach, Register},
};

const READER: u32 = 3;
/// National registers in GLEIF's list of registration authorities, and the kind of number by which
/// each is asked: KRS; Companies House for England and Wales, Northern Ireland, and Scotland.
const AUTHORITIES: [(&str, &str); 4] = [
    ("RA000484", "KRS"),
    ("RA000585", "NTR"),
    ("RA000586", "NTR"),
    ("RA000587", "NTR"),
];

/// See the module documentation.
pub struct Gleif {
    line: Line,
}

impl Gleif {
    #[must_use]
    pub const fn new(line: Line) -> Self {
        Self { line }
    }

    async fn said(&self, visit: &mut Visit<'_>, number: &str) -> Result<Said, Trouble> {
        let path = format!("/api/v1/lei-records/{}", json::escaped(number));
        let reply = visit.ask(Question::get(path)).await?;
        match reply.status {
            200 => {}
            404 => {
                let told: Errors = json::read(visit, &reply)?;
                return told.not_found();
            }
            _ => return Err(json::unknown(&reply)),
        }
        let answer: Answer = json::read(visit, &reply)?;
        let published = answer.meta.and_then(|meta| meta.golden_copy);
        let published = published.and_then(|copy| copy.publish_date);
        visit.stamp(fact::stamp("publishDate", published.as_deref()));
        record(&answer.data.attributes, number, published.as_deref()).map(Said::found)
    }
}

#[async_trait]
impl Register for Gleif {
    fn id(&self) -> RegisterId {
        RegisterId::Gleif
    }

    fn schemes(&self) -> &'static [NumberKind] {
        &[NumberKind {
            kind: "LEI",
            scheme: Scheme::Lei,
            reach: Reach::World,
        }]
    }

    fn disclosure_url(&self) -> &str {
        "https://search.gleif.org/"
    }

    async fn lookup(&self, number: &RegisterNumber) -> LookupOutcome {
        let mut visit = Visit::new(&self.line, self.id(), READER, number.clone());
        let said = self.said(&mut visit, &number.number).await;
        visit.end(said)
    }
}

/// The register's own 404, by JSON:API.
#[derive(Deserialize)]
struct Errors {
    errors: Vec<ApiError>,
}

#[derive(Deserialize)]
struct ApiError {
    status: String,
}

impl Errors {
    fn not_found(&self) -> Result<Said, Trouble> {
        let says = self.errors.first().is_some_and(|one| one.status == "404");
        says.then_some(Said::NotFound)
            .ok_or_else(|| Trouble::drift("404 without its own word for it"))
    }
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
    meta: Option<Meta>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    golden_copy: Option<GoldenCopy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GoldenCopy {
    publish_date: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    attributes: Attributes,
}

#[derive(Deserialize)]
struct Attributes {
    lei: String,
    entity: Entity,
    registration: Registration,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    legal_name: Name,
    #[serde(default)]
    other_names: Vec<Name>,
    legal_address: Address,
    registered_at: Option<Authority>,
    registered_as: Option<String>,
    legal_form: Option<Form>,
    status: String,
}

/// The register that knows the organisation by `registered_as`.
#[derive(Deserialize)]
struct Authority {
    id: Option<String>,
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

#[derive(Deserialize)]
struct Form {
    id: Option<String>,
    other: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Address {
    address_lines: Vec<String>,
    city: Option<String>,
    region: Option<String>,
    country: String,
    postal_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    status: String,
    corroboration_level: String,
    next_renewal_date: Option<String>,
}

fn record(
    attributes: &Attributes,
    asked: &str,
    as_of: Option<&str>,
) -> Result<RegisterRecord, Trouble> {
    let Attributes {
        lei,
        entity,
        registration,
    } = attributes;
    let status = match entity.status.as_str() {
        "ACTIVE" => EntityStatus::Active,
        "INACTIVE" => EntityStatus::Struck,
        _ => EntityStatus::Unknown,
    };
    let names = entity.other_names.iter().map(|one| one.name.as_str());
    let renewal = registration.next_renewal_date.as_deref();
    let said = [
        Some(entity.status.as_str()),
        Some(registration.status.as_str()),
        Some(registration.corroboration_level.as_str()),
        renewal,
    ];
    Ok(RegisterRecord {
        number: fact::same_number("lei", asked, lei)?,
        legal_name: Some(fact::needed("legalName", &entity.legal_name.name)?),
        other_names: fact::several("otherNames", names)?,
        legal_form: form(entity.legal_form.as_ref())?,
        status,
        status_raw: fact::joined("status", &said)?,
        address: address(&entity.legal_address)?,
        numbers: registered(entity)?.into_iter().collect(),
        contacts: Vec::new(),
        as_of: fact::optional("publishDate", as_of)?,
        cautions: cautions(status, registration),
    })
}

/// The number at the national register, by the kind under which that register itself is asked
/// where it is known here.
fn registered(entity: &Entity) -> Result<Option<OtherNumber>, Trouble> {
    let authority = entity.registered_at.as_ref();
    let authority = authority.and_then(|authority| authority.id.as_deref());
    let known = AUTHORITIES.iter().find(|(id, _)| authority == Some(id));
    let kind = known.map_or("registeredAs", |(_, kind)| kind);
    fact::number(kind, entity.registered_as.as_deref())
}

fn form(form: Option<&Form>) -> Result<Option<LegalForm>, Trouble> {
    let Some(form) = form else { return Ok(None) };
    let elf = fact::optional("legalForm", form.id.as_deref())?;
    let other = fact::optional("legalForm", form.other.as_deref())?;
    let raw = other.or_else(|| elf.clone());
    Ok(raw.map(|raw| LegalForm { raw, elf }))
}

fn address(place: &Address) -> Result<RegisterAddress, Trouble> {
    let lines: Vec<_> = place
        .address_lines
        .iter()
        .map(|line| Some(line.as_str()))
        .collect();
    Ok(RegisterAddress {
        country: Some(fact::needed("country", &place.country)?),
        region: fact::optional("region", place.region.as_deref())?,
        locality: fact::optional("city", place.city.as_deref())?,
        street: fact::joined("addressLines", &lines)?,
        postcode: fact::optional("postalCode", place.postal_code.as_deref())?,
        whole: None,
    })
}

fn cautions(status: EntityStatus, registration: &Registration) -> Vec<Caution> {
    let wrong = [
        (registration.status != "ISSUED", Caution::LeiNotIssued),
        (
            registration.corroboration_level != "FULLY_CORROBORATED",
            Caution::LeiNotCorroborated,
        ),
        (status == EntityStatus::Unknown, Caution::StatusUnclear),
    ];
    let wrong = wrong.into_iter().filter(|(is_wrong, _)| *is_wrong);
    wrong.map(|(_, caution)| caution).collect()
}
