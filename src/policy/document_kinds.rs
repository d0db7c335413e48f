//! Documents that can be handed in, by country: what each kind is to show, which papers do, and
//! when it is needed. One table for the API and the public page.
//!
//! Knows nothing of files; whether a paper is genuine is a specialist's finding.

use crate::{
    domain::{document::DocumentKind, text::Country},
    policy::status::words::Words,
};

/// Oldest extract or authorisation that is accepted, in months (CPS).
pub const OLDEST_MONTHS: u32 = 13;

/// Months after which a document of this kind is too old; `None` when its own dates count.
#[must_use]
pub const fn oldest_months(kind: DocumentKind) -> Option<u32> {
    match kind {
        DocumentKind::Organization | DocumentKind::Authorization => Some(OLDEST_MONTHS),
        DocumentKind::Applicant | DocumentKind::Additional => None,
    }
}

/// A kind as a form offers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedKind {
    pub kind: DocumentKind,
    pub label: Words,
    /// When it is needed.
    pub needed: Words,
    /// Papers that show it, the best first.
    pub papers: Vec<Words>,
    /// Months after which a paper is too old; `None` when its own dates count.
    pub oldest_months: Option<u32>,
}

/// What can be handed in for an organisation of this country, in the order to show.
#[must_use]
pub fn offered(country: Country) -> Vec<OfferedKind> {
    let kind = |kind, label, needed, papers: &[Words]| OfferedKind {
        kind,
        label,
        needed,
        papers: papers.to_vec(),
        oldest_months: oldest_months(kind),
    };
    vec![
        kind(
            DocumentKind::Organization,
            words("Existence of the organisation", "Istnienie organizacji"),
            words(
                "When the organisation cannot be found by a number in a public register.",
                "Gdy organizacji nie można odnaleźć po numerze w publicznym rejestrze.",
            ),
            &[register_papers(country), &FOUNDING].concat(),
        ),
        kind(
            DocumentKind::Authorization,
            words(
                "Right to represent the organisation",
                "Prawo do reprezentowania organizacji",
            ),
            words(
                "When who asks for the certificate does not represent the organisation alone.",
                "Gdy wnioskujący nie reprezentuje organizacji samodzielnie.",
            ),
            &AUTHORITY,
        ),
        kind(
            DocumentKind::Applicant,
            words("Identity of the applicant", "Tożsamość wnioskującego"),
            words(
                "Only when a specialist asks for it. Cover what is not asked for.",
                "Tylko na prośbę specjalisty. Zasłoń to, o co nie prosi.",
            ),
            &IDENTITY,
        ),
        kind(
            DocumentKind::Additional,
            words("Other explanations", "Inne wyjaśnienia"),
            words(
                "When data differ from a register, or a specialist asks for it.",
                "Gdy dane różnią się od rejestru lub na prośbę specjalisty.",
            ),
            &OTHER,
        ),
    ]
}

/// Countries with papers of their own; everywhere else the general ones count.
pub const COUNTRIES: [&str; 6] = ["PL", "DE", "CZ", "GB", "FR", "GR"];

fn register_papers(country: Country) -> &'static [Words] {
    match country.to_string().as_str() {
        "PL" => &POLAND,
        "DE" => &GERMANY,
        "CZ" => &CZECHIA,
        "GB" => &BRITAIN,
        "FR" => &FRANCE,
        "GR" => &GREECE,
        _ => &ANYWHERE,
    }
}

const fn words(en: &'static str, pl: &'static str) -> Words {
    Words { en, pl }
}

const POLAND: [Words; 3] = [
    words(
        "Current extract from the National Court Register (KRS)",
        "Odpis aktualny z Krajowego Rejestru Sądowego (KRS)",
    ),
    words(
        "Print-out of the entry in the REGON register",
        "Wydruk wpisu w rejestrze REGON",
    ),
    words(
        "Extract from another public register (associations, cultural institutions, churches)",
        "Odpis z innego rejestru publicznego (stowarzyszenia, instytucje kultury, kościoły)",
    ),
];
const GERMANY: [Words; 2] = [
    words(
        "Current extract from the commercial register (Handelsregisterauszug)",
        "Aktualny odpis z rejestru handlowego (Handelsregisterauszug)",
    ),
    words(
        "Extract from the register of associations, partnerships or cooperatives",
        "Odpis z rejestru stowarzyszeń, spółek partnerskich lub spółdzielni",
    ),
];
const CZECHIA: [Words; 1] = [words(
    "Extract from the public register (výpis z veřejného rejstříku)",
    "Odpis z rejestru publicznego (výpis z veřejného rejstříku)",
)];
const BRITAIN: [Words; 2] = [
    words(
        "Certificate of good standing from Companies House",
        "Zaświadczenie z Companies House (certificate of good standing)",
    ),
    words(
        "Entry in the register of charities",
        "Wpis w rejestrze organizacji dobroczynnych",
    ),
];
const FRANCE: [Words; 1] = [words(
    "Extrait Kbis, or the entry in the RNE",
    "Extrait Kbis lub wpis w RNE",
)];
const GREECE: [Words; 1] = [words(
    "Certificate from the General Commercial Registry (G.E.MI.)",
    "Zaświadczenie z rejestru handlowego (G.E.MI.)",
)];
const ANYWHERE: [Words; 1] = [words(
    "Extract from the national trade register",
    "Odpis z krajowego rejestru przedsiębiorców",
)];
const FOUNDING: [Words; 2] = [
    words(
        "Law, decree or decision that founded a public body",
        "Ustawa, rozporządzenie lub decyzja o utworzeniu podmiotu publicznego",
    ),
    words(
        "Statement of a notary, accountant or lawyer, who is asked whether it is genuine",
        "Oświadczenie notariusza, księgowego lub prawnika, u którego sprawdza się jego autentyczność",
    ),
];
const AUTHORITY: [Words; 2] = [
    words(
        "Power of attorney signed by those who represent the organisation",
        "Pełnomocnictwo podpisane przez osoby reprezentujące organizację",
    ),
    words(
        "Decision that appoints to an office",
        "Uchwała lub akt powołania na stanowisko",
    ),
];
const IDENTITY: [Words; 1] = [words(
    "Identity card or passport that is valid today",
    "Dowód osobisty lub paszport ważny w dniu złożenia",
)];
const OTHER: [Words; 1] = [words(
    "Whatever explains the difference: a change of name, of seat, a merger",
    "Wszystko, co wyjaśnia różnicę: zmiana nazwy, siedziby, połączenie",
)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_every_kind_with_papers_in_both_languages() {
        for code in COUNTRIES.into_iter().chain(["NO"]) {
            let kinds = offered(Country::parse(code).unwrap());
            let found: Vec<DocumentKind> = kinds.iter().map(|offered| offered.kind).collect();
            assert_eq!(found, DocumentKind::ALL, "{code}");
            for words in kinds.iter().flat_map(|kind| &kind.papers) {
                assert!(!words.en.is_empty() && words.en != words.pl, "{code}");
            }
        }
    }

    #[test]
    fn a_country_with_papers_of_its_own_shows_no_general_ones() {
        let first = |code| offered(Country::parse(code).unwrap())[0].papers[0];
        assert_eq!(first("NO"), ANYWHERE[0]);
        for code in COUNTRIES {
            assert_ne!(first(code), ANYWHERE[0], "{code}");
        }
    }
}
