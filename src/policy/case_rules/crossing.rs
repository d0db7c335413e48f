//! Whether registers name the same numbers for one organisation. A number that two of them name
//! differently is a doubt: one of the entries may be of somebody else.
//!
//! Compares what was answered and asks nobody; it does not know which of two is right.

use std::iter::once;

use super::lookup::{Finding, is_own};
use crate::domain::{
    case::{CheckKind, CheckState},
    register::{LookupOutcome, RegisterNumber},
    subject_data::{SubjectData, VerificationMethod},
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
        let asked = Named {
            kind: self.asked.kind.clone(),
            number: self.asked.number.clone(),
        };
        once(asked).chain(self.named.iter().cloned())
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
