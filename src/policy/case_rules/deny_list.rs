//! The CA's deny list: countries, organisations and numbers that get no certificate (flows 3.3;
//! S/MIME BR 2.6 demands none, the CA keeps one all the same).
//!
//! A country, a number or a name that is the same denies. A name that is only similar is for a
//! person. Deliberately does not know who wrote the list or why, former or translated names, nor
//! which numbers belong to one organisation: each number is an entry of its own.

use std::collections::BTreeMap;

use crate::{
    domain::{
        case::{CaseFacts, CheckState},
        subject_data::{SubjectData, VerificationMethod},
        text::Country,
    },
    policy::{
        matching::{self, Verdict},
        organization_identifier::{OrganizationIdentifier, Scheme},
        registration_number,
    },
};

/// Most names of a list: an organisation is compared with each.
pub const MOST_NAMES: usize = 1_000;
/// Most numbers of a list.
pub const MOST_NUMBERS: usize = 20_000;

/// An organisation of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeniedName {
    pub name: String,
    /// Only organisations of this country; of any without it.
    pub country: Option<Country>,
}

impl DeniedName {
    /// `None` when there is nothing in the name that could be compared.
    #[must_use]
    pub fn new(name: &str, country: Option<Country>) -> Option<Self> {
        let read = country.or_else(|| Country::parse("PL"))?;
        let is_short = name.chars().count() <= matching::READ_CAP;
        (is_short && matching::normal_name(read, name).is_some()).then(|| Self {
            name: name.to_owned(),
            country,
        })
    }
}

/// The organizationIdentifier of a number as a list names it: by a kind of number that forms
/// offer for the country (`KRS`), or by a scheme of certificates (`NTR`).
///
/// # Errors
/// The code of what is wrong with it.
pub fn identifier(
    scheme: &str,
    country: Country,
    number: &str,
) -> Result<OrganizationIdentifier, &'static str> {
    let offered = registration_number::registration_types(country);
    if offered.iter().any(|kind| kind.code == scheme) {
        let normal = registration_number::normalise(scheme, country, number)
            .map_err(registration_number::InvalidNumber::code)?;
        return OrganizationIdentifier::of_registration(scheme, country, &normal)
            .ok_or("identifier-reference-invalid");
    }
    let scheme = Scheme::from_name(scheme).ok_or("identifier-scheme-unsupported")?;
    OrganizationIdentifier::build(scheme, country, number).map_err(|invalid| invalid.code())
}

/// A list as read.
#[derive(Clone, Debug, Default)]
pub struct DenyList {
    sha256: [u8; 32],
    countries: Vec<Country>,
    names: Vec<DeniedName>,
    /// By [`key`].
    numbers: BTreeMap<String, OrganizationIdentifier>,
}

/// Who is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Suspect {
    pub countries: Vec<Country>,
    pub names: Vec<String>,
    pub identifiers: Vec<String>,
}

/// An entry that says something of a suspect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The entry as the list has it, with its kind before it.
    pub entry: String,
    pub verdict: Verdict,
}

impl DenyList {
    /// `sha256` is that of the file.
    #[must_use]
    pub fn new(
        sha256: [u8; 32],
        countries: Vec<Country>,
        names: Vec<DeniedName>,
        numbers: Vec<OrganizationIdentifier>,
    ) -> Self {
        let keyed = numbers
            .into_iter()
            .map(|one| (key(one.text().as_str()), one));
        Self {
            sha256,
            countries,
            names,
            numbers: keyed.collect(),
        }
    }

    #[must_use]
    pub const fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// How many entries it has.
    #[must_use]
    pub fn entries(&self) -> usize {
        let others = self.names.len().saturating_add(self.numbers.len());
        self.countries.len().saturating_add(others)
    }

    /// Every entry that says something of the suspect, each once.
    #[must_use]
    pub fn hits(&self, suspect: &Suspect) -> Vec<Hit> {
        let exact = |entry: String| Hit {
            entry,
            verdict: Verdict::Same(matching::Sameness::Equal),
        };
        let countries = self.countries.iter();
        let countries = countries.filter(|country| suspect.countries.contains(country));
        let mut hits: Vec<Hit> = countries
            .map(|country| exact(format!("country {country}")))
            .collect();
        let mut keys: Vec<String> = suspect.identifiers.iter().map(|text| key(text)).collect();
        keys.sort_unstable();
        keys.dedup();
        let numbers = keys.iter().filter_map(|key| self.numbers.get(key));
        hits.extend(numbers.map(|number| exact(format!("number {number}"))));
        hits.extend(self.names.iter().filter_map(|name| name.hit(suspect)));
        hits
    }

    /// Whether the list forbids a certificate for the suspect. What is only similar was a person's
    /// to judge.
    #[must_use]
    pub fn denies(&self, suspect: &Suspect) -> bool {
        self.hits(suspect).iter().any(Hit::denies)
    }
}

impl DeniedName {
    fn hit(&self, suspect: &Suspect) -> Option<Hit> {
        if let Some(own) = self.country
            && !suspect.countries.contains(&own)
        {
            return None;
        }
        let verdict = suspect
            .countries
            .iter()
            .flat_map(|country| suspect.names.iter().map(move |name| (*country, name)))
            .map(|(country, name)| matching::organization(country, name, &self.name).verdict())
            .min_by_key(|verdict| match verdict {
                Verdict::Same(_) => 0,
                Verdict::Similar => 1,
                Verdict::Different => 2,
            })?;
        (verdict != Verdict::Different).then(|| Hit {
            entry: match self.country {
                Some(country) => format!("organization {country} {}", self.name),
                None => format!("organization {}", self.name),
            },
            verdict,
        })
    }
}

impl Hit {
    /// Whether nobody may overrule it but who keeps the list.
    #[must_use]
    pub const fn denies(&self) -> bool {
        matches!(self.verdict, Verdict::Same(_))
    }
}

impl Suspect {
    /// The applicant's data, and the facts of the case once there are some.
    #[must_use]
    pub fn of(data: &SubjectData, facts: Option<&CaseFacts>) -> Self {
        let mut suspect = Self {
            countries: vec![data.country],
            names: vec![data.organization.as_str().to_owned()],
            identifiers: Vec::new(),
        };
        let chosen = data.abbreviation.iter();
        let chosen = chosen.map(|name| name.as_str().to_owned());
        suspect.names.extend(chosen);
        if let VerificationMethod::RegistrationNumber { register, number } = &data.method {
            let given = OrganizationIdentifier::of_registration(register, data.country, number);
            suspect.identifiers.extend(given.map(|one| one.to_string()));
        }
        if let Some(facts) = facts {
            let identifier = facts.organization_identifier.as_str();
            suspect.add(facts.country, facts.organization.as_str(), identifier);
        }
        suspect
    }

    /// Data as they were given and as they were verified; `None` before they are.
    #[must_use]
    pub fn verified(data: &SubjectData) -> Option<Self> {
        let verified = data.verified.as_ref()?;
        let mut suspect = Self::of(data, None);
        let identifier = verified.organization_identifier.as_str();
        suspect.add(verified.country, verified.organization.as_str(), identifier);
        Some(suspect)
    }

    fn add(&mut self, country: Country, name: &str, identifier: &str) {
        if !self.countries.contains(&country) {
            self.countries.push(country);
        }
        for (known, new) in [(&mut self.names, name), (&mut self.identifiers, identifier)] {
            if !known.iter().any(|one| one == new) {
                known.push(new.to_owned());
            }
        }
    }
}

/// What the check says by these hits: a hit is for nobody to overrule, likeness is for a person.
#[must_use]
pub fn state(hits: &[Hit]) -> CheckState {
    if hits.iter().any(Hit::denies) {
        CheckState::Failed
    } else if hits.is_empty() {
        CheckState::Verified
    } else {
        CheckState::Required
    }
}

/// Letters and digits of an identifier, which registers write with blanks, dots and dashes.
fn key(identifier: &str) -> String {
    let kept = identifier.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests;
