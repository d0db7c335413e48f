//! The register of sole traders of Poland. Its entries are natural persons': whether they may
//! have the certificates of an organisation is not decided here.

use async_trait::async_trait;
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
        Caution, EntityStatus, LookupOutcome, RegisterAddress, RegisterId, RegisterNumber,
        RegisterRecord,
    },
    policy::organization_identifier::Scheme,
    ports::register::{NumberKind, Reach, Register},
};

const READER: u32 = 1;

/// See the module documentation.
pub struct Ceidg {
    line: Line,
    token: SecretString,
}

impl Ceidg {
    /// `token`: the JWT that the register's office gave out.
    #[must_use]
    pub const fn new(line: Line, token: SecretString) -> Self {
        Self { line, token }
    }

    async fn said(&self, visit: &mut Visit<'_>, number: &str) -> Result<Said, Trouble> {
        let path = format!("/api/ceidg/v3/firma?nip={}", json::escaped(number));
        let mut question = Question::get(path);
        question.headers.push((AUTHORIZATION, self.bearer(visit)?));
        let reply = visit.ask(question).await?;
        match reply.status {
            200 => {}
            204 => return Ok(Said::NotFound),
            _ => return Err(json::unknown(&reply)),
        }
        let answer: Answer = json::read(visit, &reply)?;
        let firms = answer.firms();
        let records = firms.iter().map(|firm| record(firm, number));
        let records: Vec<_> = records.collect::<Result<_, _>>()?;
        Ok(chosen(records))
    }

    fn bearer(&self, visit: &Visit<'_>) -> Result<HeaderValue, Trouble> {
        let value = format!("Bearer {}", self.token.expose_secret());
        let value = HeaderValue::from_str(&value);
        let mut value = value.map_err(|_| visit.out_of_service("the token is no header value"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

#[async_trait]
impl Register for Ceidg {
    fn id(&self) -> RegisterId {
        RegisterId::Ceidg
    }

    fn schemes(&self) -> &'static [NumberKind] {
        &[NumberKind {
            kind: "NIP",
            scheme: Scheme::Vat,
            reach: Reach::Country("PL"),
        }]
    }

    fn disclosure_url(&self) -> &str {
        "https://www.biznes.gov.pl/pl/wyszukiwarka-firm"
    }

    async fn lookup(&self, number: &RegisterNumber) -> LookupOutcome {
        let mut visit = Visit::new(&self.line, self.id(), READER, number.clone());
        let said = self.said(&mut visit, &number.number).await;
        visit.end(said)
    }
}

/// The register answers in four forms.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Wrapped { firma: OneOrMany },
    Bare(OneOrMany),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Firm>),
    One(Box<Firm>),
}

impl Answer {
    fn firms(self) -> Vec<Firm> {
        let (Self::Wrapped { firma: firms } | Self::Bare(firms)) = self;
        match firms {
            OneOrMany::Many(firms) => firms,
            OneOrMany::One(firm) => vec![*firm],
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Firm {
    nazwa: String,
    status: String,
    wlasciciel: Owner,
    adres_dzialalnosci: Option<Address>,
    telefon: Option<String>,
    email: Option<String>,
    www: Option<String>,
}

#[derive(Deserialize)]
struct Owner {
    nip: String,
    regon: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    ulica: Option<String>,
    budynek: Option<String>,
    lokal: Option<String>,
    kod: Option<String>,
    miasto: Option<String>,
    wojewodztwo: Option<String>,
    kraj: Option<String>,
}

/// One tax number may have several entries, in any order: those that ended count only when there
/// is no other.
fn chosen(records: Vec<RegisterRecord>) -> Said {
    let is_live = |record: &&RegisterRecord| record.status != EntityStatus::Struck;
    let live = records.iter().filter(is_live).cloned();
    let live: Vec<_> = live.collect();
    let mut left = if live.is_empty() { records } else { live };
    match (left.pop(), left.is_empty()) {
        (None, _) => Said::NotFound,
        (Some(record), true) => Said::found(record),
        (Some(record), false) => {
            left.push(record);
            Said::Ambiguous(left)
        }
    }
}

fn record(firm: &Firm, asked: &str) -> Result<RegisterRecord, Trouble> {
    let status = match firm.status.as_str() {
        "AKTYWNY" => EntityStatus::Active,
        "ZAWIESZONY" => EntityStatus::Suspended,
        "WYKRESLONY" => EntityStatus::Struck,
        // Not begun, or a partner of a civil partnership only: no business of its own.
        "OCZEKUJE_NA_ROZPOCZECIE_DZIALANOSCI" | "WYLACZNIE_W_FORMIE_SPOLKI" => {
            EntityStatus::Unknown
        }
        other => return Err(Trouble::Drift(format!("status {other:?}"))),
    };
    let unclear = (status == EntityStatus::Unknown).then_some(Caution::StatusUnclear);
    let regon = fact::number("REGON", firm.wlasciciel.regon.as_deref())?;
    let contacts = [&firm.telefon, &firm.email, &firm.www];
    let contacts = contacts.into_iter().filter_map(Option::as_deref);
    Ok(RegisterRecord {
        number: fact::same_number("nip", asked, &firm.wlasciciel.nip)?,
        legal_name: Some(fact::needed("nazwa", &firm.nazwa)?),
        other_names: Vec::new(),
        legal_form: None,
        status,
        status_raw: fact::optional("status", Some(&firm.status))?,
        address: firm
            .adres_dzialalnosci
            .as_ref()
            .map_or_else(|| Ok(RegisterAddress::default()), address)?,
        numbers: regon.into_iter().collect(),
        contacts: fact::several("telefon", contacts)?,
        as_of: None,
        cautions: std::iter::once(Caution::NaturalPerson)
            .chain(unclear)
            .collect(),
    })
}

fn address(place: &Address) -> Result<RegisterAddress, Trouble> {
    let flat = place.lokal.as_deref().map(|flat| format!("/ {flat}"));
    let street = [
        place.ulica.as_deref(),
        place.budynek.as_deref(),
        flat.as_deref(),
    ];
    Ok(RegisterAddress {
        country: fact::optional("kraj", place.kraj.as_deref())?,
        region: fact::optional("wojewodztwo", place.wojewodztwo.as_deref())?,
        locality: fact::optional("miasto", place.miasto.as_deref())?,
        street: fact::joined("ulica", &street)?,
        postcode: fact::optional("kod", place.kod.as_deref())?,
        whole: None,
    })
}
