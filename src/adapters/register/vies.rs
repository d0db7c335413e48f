//! VAT numbers of the member states of the EU. "Valid" says that there is such a number, and no
//! more: name and address are there only where the member state tells them.

use async_trait::async_trait;
use hyper::{
    Method,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    egress::{Line, Question},
    fact, json,
    visit::{Said, Trouble, Visit},
};
use crate::{
    domain::register::{
        Caution, EntityStatus, Fact, LookupOutcome, RegisterAddress, RegisterId, RegisterNumber,
        RegisterRecord,
    },
    policy::organization_identifier::Scheme,
    ports::register::{NumberKind, Reach, Register},
};

const READER: u32 = 1;
/// What stands for a name or an address that the member state does not tell.
const WITHHELD: &str = "---";
/// Words that mean "ask again later".
const LATER: [&str; 8] = [
    "MS_UNAVAILABLE",
    "MS_MAX_CONCURRENT_REQ",
    "MS_MAX_CONCURRENT_REQ_TIME",
    "GLOBAL_MAX_CONCURRENT_REQ",
    "GLOBAL_MAX_CONCURRENT_REQ_TIME",
    "TIMEOUT",
    "SERVICE_UNAVAILABLE",
    "SERVER_BUSY",
];
/// ISO codes of the member states.
const MEMBERS: &[&str] = &[
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PT", "RO", "SE", "SI", "SK",
];

/// See the module documentation.
pub struct Vies {
    line: Line,
}

impl Vies {
    #[must_use]
    pub const fn new(line: Line) -> Self {
        Self { line }
    }

    async fn said(&self, visit: &mut Visit<'_>, asked: &RegisterNumber) -> Result<Said, Trouble> {
        let country = asked.country.to_string();
        // The VAT directive's code of Greece is its own.
        let state = if country == "GR" { "EL" } else { &country };
        let body = json!({"countryCode": state, "vatNumber": asked.number});
        let reply = visit
            .ask(Question {
                method: Method::POST,
                headers: vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
                body: body.to_string().into_bytes(),
                ..Question::get("/check-vat-number".to_owned())
            })
            .await?;
        if !matches!(reply.status, 200 | 400) {
            return Err(json::unknown(&reply));
        }
        let answer: Answer = json::read(visit, &reply)?;
        if let Some(word) = answer.fault() {
            return Err(if LATER.contains(&word) {
                visit.out_of_service(word)
            } else {
                Trouble::Drift(format!("it says {word:?}"))
            });
        }
        visit.stamp(fact::stamp("requestDate", answer.request_date.as_deref()));
        let id = answer.request_identifier.as_deref();
        visit.stamp(fact::stamp("requestIdentifier", id));
        match (answer.valid, reply.status) {
            (Some(false), 200) => Ok(Said::NotFound),
            (Some(true), 200) => record(&answer, state, &asked.number).map(Said::found),
            _ => Err(Trouble::drift("valid is missing")),
        }
    }
}

#[async_trait]
impl Register for Vies {
    fn id(&self) -> RegisterId {
        RegisterId::Vies
    }

    fn schemes(&self) -> &'static [NumberKind] {
        &[
            NumberKind {
                kind: "NIP",
                scheme: Scheme::Vat,
                reach: Reach::Country("PL"),
            },
            NumberKind {
                kind: "VAT",
                scheme: Scheme::Vat,
                reach: Reach::Countries(MEMBERS),
            },
        ]
    }

    fn disclosure_url(&self) -> &str {
        "https://ec.europa.eu/taxation_customs/vies/"
    }

    async fn lookup(&self, number: &RegisterNumber) -> LookupOutcome {
        let mut visit = Visit::new(&self.line, self.id(), READER, number.clone());
        let said = self.said(&mut visit, number).await;
        visit.end(said)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    valid: Option<bool>,
    country_code: Option<String>,
    vat_number: Option<String>,
    request_date: Option<String>,
    request_identifier: Option<String>,
    name: Option<String>,
    address: Option<String>,
    user_error: Option<String>,
    #[serde(default)]
    error_wrappers: Vec<ErrorWrapper>,
}

#[derive(Deserialize)]
struct ErrorWrapper {
    error: String,
}

impl Answer {
    /// The register's word for why it gives no answer; VALID and INVALID are answers.
    fn fault(&self) -> Option<&str> {
        let wrapped = self.error_wrappers.first().map(|one| one.error.as_str());
        let word = wrapped.or(self.user_error.as_deref());
        word.filter(|word| !matches!(*word, "VALID" | "INVALID" | ""))
    }
}

fn record(answer: &Answer, state: &str, asked: &str) -> Result<RegisterRecord, Trouble> {
    if answer.country_code.as_deref() != Some(state) {
        return Err(Trouble::drift("countryCode is not the one asked for"));
    }
    let number = answer.vat_number.as_deref().unwrap_or_default();
    let name = told("name", answer.name.as_deref())?;
    let whole = told("address", answer.address.as_deref())?;
    let withheld = name.is_none() || whole.is_none();
    Ok(RegisterRecord {
        number: fact::same_number("vatNumber", asked, number)?,
        legal_name: name,
        other_names: Vec::new(),
        legal_form: None,
        status: EntityStatus::Unknown,
        status_raw: None,
        address: RegisterAddress {
            whole,
            ..RegisterAddress::default()
        },
        numbers: Vec::new(),
        contacts: Vec::new(),
        as_of: fact::optional("requestDate", answer.request_date.as_deref())?,
        cautions: withheld
            .then_some(Caution::FactsWithheld)
            .into_iter()
            .collect(),
    })
}

fn told(name: &str, text: Option<&str>) -> Result<Option<Fact>, Trouble> {
    fact::optional(name, text.filter(|text| text.trim() != WITHHELD))
}
