//! The list of payers of VAT in Poland. It tells whose a tax number is, and leads to the court
//! register; of the organisation's own standing it says nothing.

use async_trait::async_trait;
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
/// `statusVat` of an active payer.
const ACTIVE: &str = "Czynny";

/// See the module documentation.
pub struct WhiteList {
    line: Line,
}

impl WhiteList {
    #[must_use]
    pub const fn new(line: Line) -> Self {
        Self { line }
    }

    async fn said(&self, visit: &mut Visit<'_>, number: &str) -> Result<Said, Trouble> {
        let today = self.line.now().to_string();
        let day = today.split('T').next().unwrap_or_default();
        let path = format!("/api/search/nip/{}?date={day}", json::escaped(number));
        let reply = visit.ask(Question::get(path)).await?;
        if reply.status != 200 {
            return Err(json::unknown(&reply));
        }
        let Answer { result } = json::read(visit, &reply)?;
        visit.stamp(fact::stamp("requestId", Some(&result.request_id)));
        let time = result.request_date_time.as_deref();
        visit.stamp(fact::stamp("requestDateTime", time));
        match result.subject {
            None => Ok(Said::NotFound),
            Some(subject) => record(&subject, number, time).map(Said::found),
        }
    }
}

#[async_trait]
impl Register for WhiteList {
    fn id(&self) -> RegisterId {
        RegisterId::WhiteList
    }

    fn schemes(&self) -> &'static [NumberKind] {
        &[NumberKind {
            kind: "NIP",
            scheme: Scheme::Vat,
            reach: Reach::Country("PL"),
        }]
    }

    fn disclosure_url(&self) -> &str {
        "https://www.podatki.gov.pl/wykaz-podatnikow-vat-wyszukiwarka"
    }

    async fn lookup(&self, number: &RegisterNumber) -> LookupOutcome {
        let mut visit = Visit::new(&self.line, self.id(), READER, number.clone());
        let said = self.said(&mut visit, &number.number).await;
        visit.end(said)
    }
}

#[derive(Deserialize)]
struct Answer {
    result: Outcome,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    // Must stand there, be it null: an answer without it is no answer of this register.
    #[serde(deserialize_with = "Option::deserialize")]
    subject: Option<Subject>,
    request_id: String,
    request_date_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subject {
    name: String,
    nip: String,
    regon: Option<String>,
    krs: Option<String>,
    status_vat: Option<String>,
    working_address: Option<String>,
    residence_address: Option<String>,
}

fn record(subject: &Subject, asked: &str, as_of: Option<&str>) -> Result<RegisterRecord, Trouble> {
    let place = subject.working_address.as_deref();
    // People who trade under their own name have a place of residence instead.
    let whole = place.or(subject.residence_address.as_deref());
    let regon = fact::number("REGON", subject.regon.as_deref())?;
    let krs = fact::number("KRS", subject.krs.as_deref())?;
    let active = subject.status_vat.as_deref() == Some(ACTIVE);
    let inactive = (!active).then_some(Caution::VatNotActive);
    Ok(RegisterRecord {
        number: fact::same_number("nip", asked, &subject.nip)?,
        legal_name: Some(fact::needed("name", &subject.name)?),
        other_names: Vec::new(),
        legal_form: None,
        status: EntityStatus::Unknown,
        status_raw: fact::optional("statusVat", subject.status_vat.as_deref())?,
        address: RegisterAddress {
            whole: fact::optional("workingAddress", whole)?,
            ..RegisterAddress::default()
        },
        numbers: krs.into_iter().chain(regon).collect(),
        contacts: Vec::new(),
        as_of: fact::optional("requestDateTime", as_of)?,
        cautions: inactive.into_iter().collect(),
    })
}
