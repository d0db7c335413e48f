//! The National Court Register of Poland: the extract of the present entry, of entrepreneurs and
//! of associations; an organisation that was struck off has a full extract only.

use async_trait::async_trait;
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{
    egress::{Line, Question, Reply},
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

/// Raised with every change to what is taken from an answer.
const READER: u32 = 1;
/// Entrepreneurs, then associations; an organisation may stand in either.
const PARTS: [&str; 2] = ["P", "S"];
/// In the full extract, of the entry that ends it.
const STRUCK: &str = "WYKREŚLENIE Z KRAJOWEGO REJESTRU SĄDOWEGO";

/// See the module documentation.
pub struct Krs {
    line: Line,
}

impl Krs {
    #[must_use]
    pub const fn new(line: Line) -> Self {
        Self { line }
    }

    async fn said(&self, visit: &mut Visit<'_>, number: &str) -> Result<Said, Trouble> {
        for part in PARTS {
            if let Some(reply) = extract(visit, "OdpisAktualny", number, part).await? {
                let extract: Present = json::read(visit, &reply)?;
                visit.stamp(extract.odpis.naglowek.stamps());
                return present(&extract.odpis, number).map(Said::found);
            }
        }
        for part in PARTS {
            if let Some(reply) = extract(visit, "OdpisPelny", number, part).await? {
                let extract: Full = json::read(visit, &reply)?;
                return full(&extract.odpis, number).map(Said::found);
            }
        }
        Ok(Said::NotFound)
    }
}

#[async_trait]
impl Register for Krs {
    fn id(&self) -> RegisterId {
        RegisterId::Krs
    }

    fn schemes(&self) -> &'static [NumberKind] {
        &[NumberKind {
            kind: "KRS",
            scheme: Scheme::Ntr,
            reach: Reach::Country("PL"),
        }]
    }

    fn disclosure_url(&self) -> &str {
        "https://www.gov.pl/web/sprawiedliwosc/krajowy-rejestr-sadowy"
    }

    async fn lookup(&self, number: &RegisterNumber) -> LookupOutcome {
        let mut visit = Visit::new(&self.line, self.id(), READER, number.clone());
        let said = self.said(&mut visit, &number.number).await;
        visit.end(said)
    }
}

/// The extract, or that there is none: the register says so with 204 or with 404.
async fn extract(
    visit: &mut Visit<'_>,
    kind: &str,
    number: &str,
    part: &str,
) -> Result<Option<Reply>, Trouble> {
    let number = json::escaped(number);
    let path = format!("/api/krs/{kind}/{number}?rejestr={part}&format=json");
    let reply = visit.ask(Question::get(path)).await?;
    let is_empty = reply.body.iter().all(u8::is_ascii_whitespace);
    match StatusCode::from_u16(reply.status) {
        Ok(StatusCode::OK) => Ok(Some(reply)),
        Ok(StatusCode::NO_CONTENT) => Ok(None),
        // A page of somebody between us and the register is no word of the register.
        Ok(StatusCode::NOT_FOUND) if is_empty || json::is_json(&reply) => Ok(None),
        _ => Err(json::unknown(&reply)),
    }
}

#[derive(Deserialize)]
struct Present {
    odpis: PresentExtract,
}

#[derive(Deserialize)]
struct PresentExtract {
    #[serde(rename = "naglowekA")]
    naglowek: Heading,
    dane: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Heading {
    #[serde(rename = "numerKRS")]
    number: String,
    data_czas_odpisu: Option<String>,
    stan_z_dnia: Option<String>,
    numer_ostatniego_wpisu: Option<Json>,
    data_ostatniego_wpisu: Option<String>,
}

impl Heading {
    fn stamps(&self) -> Vec<crate::domain::register::Stamp> {
        let last = self.numer_ostatniego_wpisu.as_ref().map(scalar);
        [
            fact::stamp("dataCzasOdpisu", self.data_czas_odpisu.as_deref()),
            fact::stamp("stanZDnia", self.stan_z_dnia.as_deref()),
            fact::stamp("numerOstatniegoWpisu", last.as_deref()),
            fact::stamp("dataOstatniegoWpisu", self.data_ostatniego_wpisu.as_deref()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[derive(Deserialize)]
struct Data {
    dzial1: SectionOne,
    dzial6: Option<Json>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SectionOne {
    dane_podmiotu: Entity,
    #[serde(rename = "siedzibaIAdres")]
    seat: Seat,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    forma_prawna: Option<String>,
    identyfikatory: Option<Numbers>,
    nazwa: String,
}

#[derive(Deserialize)]
struct Numbers {
    regon: Option<String>,
    nip: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seat {
    siedziba: Place,
    adres: Option<Address>,
    adres_poczty_elektronicznej: Option<String>,
    adres_strony_internetowej: Option<String>,
}

#[derive(Deserialize)]
struct Place {
    kraj: Option<String>,
    wojewodztwo: Option<String>,
    miejscowosc: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Address {
    ulica: Option<String>,
    nr_domu: Option<String>,
    nr_lokalu: Option<String>,
    kod_pocztowy: Option<String>,
}

fn present(extract: &PresentExtract, asked: &str) -> Result<RegisterRecord, Trouble> {
    let number = fact::same_number("numerKRS", asked, &extract.naglowek.number)?;
    let SectionOne {
        dane_podmiotu: entity,
        seat,
    } = &extract.dane.dzial1;
    let name = fact::needed("nazwa", &entity.nazwa)?;
    let (status, status_raw) = standing(name.as_str(), extract.dane.dzial6.as_ref());
    let form = fact::optional("formaPrawna", entity.forma_prawna.as_deref())?;
    let numbers = entity.identyfikatory.as_ref();
    let nip = fact::number("NIP", numbers.and_then(|known| known.nip.as_deref()))?;
    let regon = fact::number("REGON", numbers.and_then(|known| known.regon.as_deref()))?;
    let contacts = [
        &seat.adres_poczty_elektronicznej,
        &seat.adres_strony_internetowej,
    ];
    let contacts = contacts.into_iter().filter_map(Option::as_deref);
    Ok(RegisterRecord {
        number,
        legal_name: Some(name),
        other_names: Vec::new(),
        legal_form: form.map(|raw| LegalForm { raw, elf: None }),
        cautions: unclear(status),
        status,
        status_raw: fact::optional("dzial6", status_raw.as_deref())?,
        address: address(seat)?,
        numbers: nip.into_iter().chain(regon).collect(),
        contacts: fact::several("adres", contacts)?,
        as_of: fact::optional("stanZDnia", extract.naglowek.stan_z_dnia.as_deref())?,
    })
}

fn address(seat: &Seat) -> Result<RegisterAddress, Trouble> {
    let Place {
        kraj,
        wojewodztwo,
        miejscowosc,
    } = &seat.siedziba;
    let place = seat.adres.as_ref();
    let part = |of: fn(&Address) -> &Option<String>| place.and_then(|place| of(place).as_deref());
    let house = part(|place| &place.nr_domu);
    let flat = part(|place| &place.nr_lokalu).map(|flat| format!("/ {flat}"));
    let street = [part(|place| &place.ulica), house, flat.as_deref()];
    Ok(RegisterAddress {
        country: fact::optional("kraj", kraj.as_deref())?,
        region: fact::optional("wojewodztwo", wojewodztwo.as_deref())?,
        locality: Some(fact::needed("miejscowosc", miejscowosc)?),
        street: fact::joined("adres", &street)?,
        postcode: fact::optional("kodPocztowy", part(|place| &place.kod_pocztowy))?,
        whole: None,
    })
}

/// Section 6 has its heads also for healthy organisations, with nothing in them. Mergers and
/// changes of form are no end; a head that is not known here is not taken for health.
fn standing(name: &str, section: Option<&Json>) -> (EntityStatus, Option<String>) {
    let Some(Json::Object(heads)) = section else {
        return (EntityStatus::Unknown, None);
    };
    let told: Vec<_> = heads.iter().filter(|(_, told)| says(told)).collect();
    let raw = told.iter().map(|(head, _)| head.as_str());
    let raw = raw.collect::<Vec<_>>().join(" ");
    let has = |head: &str| told.iter().any(|(told, _)| *told == head);
    let status = if has("postepowanieUpadlosciowe") || name.contains("W UPADŁOŚCI") {
        EntityStatus::Insolvency
    } else if has("likwidacja") || name.contains("W LIKWIDACJI") {
        EntityStatus::Liquidation
    } else if told.iter().all(|(head, _)| head.starts_with("polaczenie")) {
        EntityStatus::Active
    } else {
        EntityStatus::Unknown
    };
    (status, Some(raw))
}

fn unclear(status: EntityStatus) -> Vec<Caution> {
    let is_unclear = status == EntityStatus::Unknown;
    is_unclear
        .then_some(Caution::StatusUnclear)
        .into_iter()
        .collect()
}

/// Whether there is any value in it.
fn says(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(_) | Json::Number(_) => true,
        Json::String(text) => !text.trim().is_empty(),
        Json::Array(items) => items.iter().any(says),
        Json::Object(members) => members.values().any(says),
    }
}

fn scalar(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[derive(Deserialize)]
struct Full {
    odpis: FullExtract,
}

#[derive(Deserialize)]
struct FullExtract {
    #[serde(rename = "naglowekP")]
    naglowek: FullHeading,
    dane: FullData,
}

#[derive(Deserialize)]
struct FullHeading {
    #[serde(rename = "numerKRS")]
    number: String,
    #[serde(rename = "stanZDnia")]
    as_of: Option<String>,
    wpis: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    opis: Option<String>,
}

#[derive(Deserialize)]
struct FullData {
    dzial1: FullSection,
}

#[derive(Deserialize)]
struct FullSection {
    #[serde(rename = "danePodmiotu")]
    entity: FullEntity,
}

#[derive(Deserialize)]
struct FullEntity {
    nazwa: History,
}

/// A full extract has every value that ever was, oldest first.
#[derive(Deserialize)]
#[serde(untagged)]
enum History {
    Values(Vec<FormerName>),
    One(String),
}

#[derive(Deserialize)]
struct FormerName {
    nazwa: String,
}

fn full(extract: &FullExtract, asked: &str) -> Result<RegisterRecord, Trouble> {
    let heading = &extract.naglowek;
    let number = fact::same_number("numerKRS", asked, &heading.number)?;
    let mut names = match &extract.dane.dzial1.entity.nazwa {
        History::Values(values) => {
            fact::several("nazwa", values.iter().map(|value| value.nazwa.as_str()))?
        }
        History::One(name) => vec![fact::needed("nazwa", name)?],
    };
    let name = names.pop();
    let name = name.ok_or_else(|| Trouble::drift("nazwa is empty"))?;
    let entries = heading
        .wpis
        .iter()
        .filter_map(|entry| entry.opis.as_deref());
    let end = entries.into_iter().find(|told| told.contains(STRUCK));
    let status = match end {
        Some(_) => EntityStatus::Struck,
        None => EntityStatus::Unknown,
    };
    Ok(RegisterRecord {
        number,
        legal_name: Some(name),
        other_names: names,
        legal_form: None,
        status,
        status_raw: fact::optional("opis", end)?,
        address: RegisterAddress::default(),
        numbers: Vec::new(),
        contacts: Vec::new(),
        as_of: fact::optional("stanZDnia", heading.as_of.as_deref())?,
        cautions: unclear(status),
    })
}
