//! REGON, the register of the statistical office of Poland (SOAP 1.2 with MTOM). It knows every
//! organisation by its tax number, and many by that of the court register. An empty answer may
//! also mean that the session ended: only the service's own code tells.

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use self::soap::{Call, Session};
use super::{
    egress::Line,
    fact,
    visit::{Said, Trouble, Visit},
    xml::{self, Element},
};
use crate::{
    domain::register::{
        Caution, EntityStatus, LegalForm, LookupOutcome, RegisterAddress, RegisterId,
        RegisterNumber, RegisterRecord,
    },
    policy::organization_identifier::Scheme,
    ports::register::{NumberKind, Reach, Register},
};

mod soap;

const READER: u32 = 1;
/// The service's code for "no such organisation".
const NONE: &str = "4";

/// See the module documentation.
pub struct Regon {
    line: Line,
    key: SecretString,
}

impl Regon {
    /// `key`: the user key that the office gave out.
    #[must_use]
    pub const fn new(line: Line, key: SecretString) -> Self {
        Self { line, key }
    }

    async fn said(&self, visit: &mut Visit<'_>, asked: &RegisterNumber) -> Result<Said, Trouble> {
        let address = self.line.address();
        let session = Session::open(visit, &address, self.key.expose_secret()).await?;
        let (parameter, member) = match asked.kind.as_str() {
            "KRS" => ("Krs", None),
            _ => ("Nip", Some("Nip")),
        };
        let found = session
            .call(
                visit,
                &Call::Search {
                    parameter,
                    number: &asked.number,
                },
            )
            .await?;
        if found.is_empty() {
            let code = session.call(visit, &Call::MessageCode).await?;
            return none(visit, &code);
        }
        let found = xml::read(&found)?;
        let entries: Vec<_> = found.all("dane").collect();
        if let Some(code) = entries.first().and_then(|entry| entry.child("ErrorCode")) {
            return none(visit, code);
        }
        let mut records = Vec::new();
        for entry in entries {
            let mut record = record(entry, member, &asked.number)?;
            if entry.child("Typ") == Some("P") {
                self.complete(visit, &session, entry, &mut record).await?;
            }
            records.push(record);
        }
        match (records.pop(), records.is_empty()) {
            (None, _) => Err(Trouble::drift("an answer without dane")),
            (Some(record), true) => Ok(Said::found(record)),
            (Some(record), false) => {
                records.push(record);
                Ok(Said::Ambiguous(records))
            }
        }
    }

    /// What the full report of an organisation adds.
    async fn complete(
        &self,
        visit: &mut Visit<'_>,
        session: &Session<'_>,
        entry: &Element,
        record: &mut RegisterRecord,
    ) -> Result<(), Trouble> {
        let regon = entry.child("Regon").unwrap_or_default();
        let report = session.call(visit, &Call::Report { regon }).await?;
        if report.is_empty() {
            return Err(visit.out_of_service("the full report is empty"));
        }
        let report = xml::read(&report)?;
        let report = report.find("dane");
        let report = report.ok_or_else(|| Trouble::drift("a report without dane"))?;
        let told = |name| fact::optional(name, report.child(name));
        let name = report.child("praw_nazwa").unwrap_or_default();
        record.legal_name = Some(fact::needed("praw_nazwa", name)?);
        record.legal_form =
            told("praw_podstawowaFormaPrawna_Nazwa")?.map(|raw| LegalForm { raw, elf: None });
        let register = report.child("praw_numerWRejestrzeEwidencji");
        record.numbers.extend(fact::number("registry", register)?);
        let has = |name| told(name).map(|told| told.is_some());
        if has("praw_dataZakonczeniaDzialalnosci")? || has("praw_dataSkresleniaZRegon")? {
            record.status = EntityStatus::Struck;
        } else if has("praw_dataOrzeczeniaOUpadlosci")?
            && !has("praw_dataZakonczeniaPostepowaniaUpadlosciowego")?
        {
            record.status = EntityStatus::Insolvency;
        } else if has("praw_dataZawieszeniaDzialalnosci")?
            && !has("praw_dataWznowieniaDzialalnosci")?
        {
            record.status = EntityStatus::Suspended;
        }
        Ok(())
    }
}

#[async_trait]
impl Register for Regon {
    fn id(&self) -> RegisterId {
        RegisterId::Regon
    }

    fn schemes(&self) -> &'static [NumberKind] {
        const POLAND: Reach = Reach::Country("PL");
        &[
            NumberKind {
                kind: "NIP",
                scheme: Scheme::Vat,
                reach: POLAND,
            },
            NumberKind {
                kind: "KRS",
                scheme: Scheme::Ntr,
                reach: POLAND,
            },
        ]
    }

    fn disclosure_url(&self) -> &str {
        "https://wyszukiwarkaregon.stat.gov.pl/"
    }

    async fn lookup(&self, number: &RegisterNumber) -> LookupOutcome {
        let mut visit = Visit::new(&self.line, self.id(), READER, number.clone());
        let said = self.said(&mut visit, number).await;
        visit.end(said)
    }
}

fn none(visit: &Visit<'_>, code: &str) -> Result<Said, Trouble> {
    match code.trim() {
        NONE => Ok(Said::NotFound),
        "0" => Err(Trouble::drift("an empty answer, and no code for it")),
        code => Err(visit.out_of_service(format!("KomunikatKod {code}"))),
    }
}

fn record(entry: &Element, member: Option<&str>, asked: &str) -> Result<RegisterRecord, Trouble> {
    let told = |name: &str| fact::optional(name, entry.child(name));
    // By a number of the court register the answer does not repeat it; the full report does.
    let number = match member {
        Some(member) => fact::same_number(member, asked, entry.child(member).unwrap_or_default())?,
        None => fact::needed("Krs", asked)?,
    };
    let name = entry.child("Nazwa").unwrap_or_default();
    let ended = told("DataZakonczeniaDzialalnosci")?;
    let kind = entry.child("Typ").unwrap_or_default();
    if !matches!(kind, "P" | "F" | "LP" | "LF") {
        return Err(Trouble::Drift(format!("Typ {kind:?}")));
    }
    let natural = matches!(kind, "F" | "LF").then_some(Caution::NaturalPerson);
    let status = match ended {
        Some(_) => EntityStatus::Struck,
        None => EntityStatus::Active,
    };
    let house = entry.child("NrNieruchomosci");
    let street = [entry.child("Ulica"), house, entry.child("NrLokalu")];
    let regon = fact::number("REGON", entry.child("Regon"))?;
    let nip = match member {
        Some(_) => None,
        None => fact::number("NIP", entry.child("Nip"))?,
    };
    Ok(RegisterRecord {
        number,
        legal_name: Some(fact::needed("Nazwa", name)?),
        other_names: Vec::new(),
        legal_form: None,
        status,
        status_raw: ended,
        address: RegisterAddress {
            country: None,
            region: told("Wojewodztwo")?,
            locality: told("Miejscowosc")?,
            street: fact::joined("Ulica", &street)?,
            postcode: told("KodPocztowy")?,
            whole: None,
        },
        numbers: regon.into_iter().chain(nip).collect(),
        contacts: Vec::new(),
        as_of: None,
        cautions: natural.into_iter().collect(),
    })
}
