//! Whether registers name the same numbers for one organisation. A number that two of them name
//! differently is a doubt: one of the entries may be of somebody else.
//!
//! Compares what was answered and asks nobody; it does not know which of two is right.

use std::iter::once;

use super::lookup::{Finding, is_own};
use crate::{
    domain::{
        case::{CheckKind, CheckState},
        register::{LookupOutcome, RegisterNumber},
        subject_data::{SubjectData, VerificationMethod},
    },
    policy::organization_identifier::OrganizationIdentifier,
};

/// REGON of a whole organisation; what follows says which of its places.
const REGON_DIGITS: usize = 9;

/// A number of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// For example `KRS` or `NIP`.
    pub kind: String,
    /// In the register's form.
    pub number: String,
}

/// By which numbers one answer knows the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub asked: RegisterNumber,
    /// Beside the one asked.
    pub named: Vec<Named>,
}

impl Named {
    /// What is left when the registers' ways of writing are taken away; `None` of nothing but
    /// zeros, by which registers say that there is none.
    fn plain(&self) -> Option<String> {
        let mut plain: String = self
            .number
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        if self.kind == "REGON" {
            plain.truncate(REGON_DIGITS);
        }
        let plain = plain.trim_start_matches('0').to_ascii_uppercase();
        (!plain.is_empty()).then_some(plain)
    }

    fn differs(&self, other: &Self) -> bool {
        let values = self.plain().zip(other.plain());
        self.kind == other.kind && values.is_some_and(|(one, other)| one != other)
    }

    fn is_same(&self, other: &Self) -> bool {
        let values = self.plain().zip(other.plain());
        self.kind == other.kind && values.is_some_and(|(one, other)| one == other)
    }
}

impl Heard {
    /// What an answer with one record names; `None` of any other answer.
    #[must_use]
    pub fn of(outcome: &LookupOutcome) -> Option<Self> {
        let LookupOutcome::Found(record, seen) = outcome else {
            return None;
        };
        let named = record.numbers.iter().map(|one| Named {
            kind: one.kind.to_string(),
            number: one.number.to_string(),
        });
        Some(Self {
            asked: seen.number.clone(),
            named: named.collect(),
        })
    }

    fn numbers(&self) -> impl Iterator<Item = Named> {
        once(self.asked_by()).chain(self.named.iter().cloned())
    }

    fn asked_by(&self) -> Named {
        Named {
            kind: self.asked.kind.clone(),
            number: self.asked.number.clone(),
        }
    }

    /// Whether it is said to be of the data's organisation: asked by its number, or by one of
    /// another kind. Who asks by another number of the same kind looks at another entry.
    fn concerns(&self, data: &SubjectData) -> bool {
        is_own(&self.asked, data) || own(data).is_some_and(|own| own.kind != self.asked.kind)
    }
}

/// The number of the data.
fn own(data: &SubjectData) -> Option<Named> {
    match &data.method {
        VerificationMethod::RegistrationNumber { register, number } => Some(Named {
            kind: register.clone(),
            number: number.clone(),
        }),
        VerificationMethod::Document => None,
    }
}

/// The numbers by which an organisation is known: the one its applicant gave, and the one that
/// people recorded for its certificates.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    pub data: &'a SubjectData,
    /// In the certificate's form.
    pub identifier: Option<&'a str>,
}

impl Own<'_> {
    /// Whether anybody has said by which number it is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.identifier.is_some() || own(self.data).is_some()
    }

    /// Whether an answer is of this organisation: it was asked by its number, names its number
    /// itself, or was asked by one that an answer to its number names; and says nothing against it.
    pub fn is_of<'a>(&self, answer: &Heard, heard: impl Iterator<Item = &'a Heard>) -> bool {
        let asked = answer.asked_by();
        if self.has(&asked) {
            return true;
        }
        let numbers: Vec<Named> = answer.numbers().collect();
        if numbers.iter().any(|one| self.contradicts(one)) {
            return false;
        }
        let mut about = heard.filter(|one| self.has(&one.asked_by()));
        numbers.iter().any(|one| self.has(one))
            || about.any(|one| {
                let named = one.named.iter().any(|named| named.is_same(&asked));
                named
                    && !one
                        .numbers()
                        .any(|own| numbers.iter().any(|said| own.differs(said)))
            })
    }

    fn has(&self, number: &Named) -> bool {
        let given = own(self.data).is_some_and(|own| own.is_same(number));
        let named = self.identifier_of(number);
        let recorded = named.is_some_and(|one| Some(one.text().as_str()) == self.identifier);
        given || recorded
    }

    fn contradicts(&self, number: &Named) -> bool {
        let given = own(self.data).is_some_and(|own| own.differs(number));
        let recorded = self.identifier.map(OrganizationIdentifier::parse);
        let recorded = recorded
            .and_then(Result::ok)
            .zip(self.identifier_of(number));
        given || recorded.is_some_and(|(own, one)| own.scheme() == one.scheme() && own != one)
    }

    fn identifier_of(&self, number: &Named) -> Option<OrganizationIdentifier> {
        OrganizationIdentifier::of_registration(&number.kind, self.data.country, &number.number)
    }
}

/// The numbers by which the entry under the data's LEI names the organisation: national registers
/// are asked by them (BR 3.2.3.2.1: an LEI's entry rests on theirs). None for data of another kind.
pub fn of_index<'a>(data: &'a SubjectData, heard: &'a [Heard]) -> impl Iterator<Item = &'a Named> {
    let entries = heard
        .iter()
        .filter(|one| one.asked.kind == "LEI" && is_own(&one.asked, data));
    entries.flat_map(|one| &one.named)
}

/// The doubt that an answer brings beside those `heard` before. One by the data's number is held
/// against all of them; one by a number that a person found, against those by the data's alone:
/// two guesses of a person say nothing of each other.
#[must_use]
pub fn finding(data: &SubjectData, outcome: &LookupOutcome, heard: &[Heard]) -> Option<Finding> {
    let answer = Heard::of(outcome).filter(|answer| answer.concerns(data))?;
    let counts = |one: &&Heard| {
        is_own(&one.asked, data) || is_own(&answer.asked, data) && one.concerns(data)
    };
    let known = heard.iter().filter(counts).flat_map(Heard::numbers);
    let known: Vec<Named> = known.chain(own(data)).collect();
    let mut pairs = answer.numbers().filter_map(|said| {
        let other = known.iter().find(|known| known.differs(&said))?;
        Some((other.number.clone(), said.number))
    });
    let (given, registered) = pairs.next()?;
    Some(Finding {
        check: CheckKind::Identifier,
        state: CheckState::Required,
        code: "numbers-differ",
        verdict: None,
        given: Some(given),
        registered: Some(registered),
        steps: Vec::new(),
    })
}
