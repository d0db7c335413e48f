//! Whether two spellings mean one thing: the name of an organisation as the applicant gave it
//! and as a register has it, its region, its locality (flows 4.3).
//!
//! Names are read one way on both sides: NFC, then blanks, quotes, dashes and dots of one kind,
//! then case as Unicode folds it (as Turkish does where the country is Turkey; Greek without the
//! accents its capitals lack), then legal forms by the table of ISO 20275. What is left must be
//! the same word for word. Where a word is not, one of the two must be plain ASCII and a
//! transliteration of the other. Every step that changed something is in the [`Match`], so that
//! a specialist sees why.
//!
//! Only [`Verdict::Same`] makes an [`Acceptance`]; likeness never does, however near it is. What
//! may be read as something else (invisible characters, scripts mixed in a word, letters of
//! another script that look Latin) is at best [`Verdict::Similar`], though both sides have it.
//!
//! Deliberately does not know:
//! - translations, trade names, former names, or that "&" may mean "and": a specialist does;
//! - whether a form may be left out, though S/MIME BR 7.1.4.2.2 allows it: two companies may
//!   differ in nothing else, so a form on one side only is `SIMILAR`;
//! - that one form may have become another: two forms are two organisations until shown;
//! - streets, house numbers and postal codes: no certificate of this CA holds them;
//! - Cyrillic other than Bulgarian, and every script but Latin, Greek and Cyrillic: such names
//!   are compared as they stand, and have no ASCII;
//! - the capitals of a Turkish name that was typed without a Turkish keyboard: `KIR` for `kir`
//!   is a conversion to ASCII, and recorded as one;
//! - regions below those in its table (counties, departments, districts), and localities of one
//!   name in two regions;
//! - whether what is written is true.

pub mod abbreviation;
mod ascii;
mod fold;
mod forms;
mod pairing;
mod places;
mod reading;
pub mod script;
mod similar;
pub mod step;
mod tokens;

use self::{
    reading::Reading,
    step::{Side, Step},
};
use crate::domain::text::Country;

/// Longest name that is read, in characters; longer ones are not compared.
pub const READ_CAP: usize = 512;

/// The tables' version, kept with what was decided by them.
pub const TABLES: &str = "2026-11";

/// How two texts are the same. Later ones outrank earlier ones; the steps tell of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sameness {
    /// But for case, blanks, quotes and the like.
    Equal,
    /// The legal form is spelled in another way (S/MIME BR 7.1.4.2.2: recorded).
    ButForm,
    /// One side is the other in ASCII (S/MIME BR 3.1.4.1: recorded).
    ButAscii,
}

/// What a comparison found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    Same(Sameness),
    /// A person has to look.
    Similar,
    Different,
}

impl Verdict {
    pub const ALL: [Self; 5] = [
        Self::Same(Sameness::Equal),
        Self::Same(Sameness::ButForm),
        Self::Same(Sameness::ButAscii),
        Self::Similar,
        Self::Different,
    ];

    /// The wire's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same(Sameness::Equal) => "EQUAL",
            Self::Same(Sameness::ButForm) => "EQUAL_BUT_FORM",
            Self::Same(Sameness::ButAscii) => "EQUAL_BUT_ASCII",
            Self::Similar => "SIMILAR",
            Self::Different => "DIFFERENT",
        }
    }
}

/// A verdict and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    verdict: Verdict,
    steps: Vec<Step>,
}

impl Match {
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// What was done, in order: to the given text, to the registered one, with both.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The right to take one text for the other. There is none for what is only similar.
    #[must_use]
    pub const fn acceptance(&self) -> Option<Acceptance> {
        match self.verdict {
            Verdict::Same(sameness) => Some(Acceptance(sameness)),
            Verdict::Similar | Verdict::Different => None,
        }
    }
}

/// Proof that two texts were found the same; only [`Match::acceptance`] makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "nothing is accepted by an acceptance that nobody reads"]
pub struct Acceptance(Sameness);

impl Acceptance {
    #[must_use]
    pub const fn sameness(self) -> Sameness {
        self.0
    }
}

/// Compares the names of an organisation of `country`.
#[must_use]
pub fn organization(country: Country, given: &str, registered: &str) -> Match {
    let left = Reading::of_name(country, given, Side::Given);
    let right = Reading::of_name(country, registered, Side::Registered);
    conclude(left, right)
}

/// Compares the names or ISO 3166-2 codes of a region of `country`.
#[must_use]
pub fn region(country: Country, given: &str, registered: &str) -> Match {
    places::compare(&places::REGIONS, country, given, registered)
}

/// Compares the names of a locality of `country`, in whichever language.
#[must_use]
pub fn locality(country: Country, given: &str, registered: &str) -> Match {
    places::compare(&places::LOCALITIES, country, given, registered)
}

/// The ISO 3166-2 code of a region, when its name is in the table.
#[must_use]
pub fn region_code(country: Country, name: &str) -> Option<&'static str> {
    places::find(&places::REGIONS, country, name)
}

/// A name as it is compared, for people to read: the same again when it is read again. Nothing
/// when there is nothing to read.
#[must_use]
pub fn normal_name(country: Country, name: &str) -> Option<String> {
    Reading::of_name(country, name, Side::Given).normal()
}

fn conclude(left: Reading, right: Reading) -> Match {
    let mut steps = Vec::new();
    let readable = left.is_readable() && right.is_readable();
    let (verdict, found) = if readable {
        weigh(&left, &right)
    } else {
        (Verdict::Different, Vec::new())
    };
    steps.extend(left.steps);
    steps.extend(right.steps);
    steps.extend(found);
    steps.truncate(step::MAX_STEPS);
    Match { verdict, steps }
}

fn weigh(left: &Reading, right: &Reading) -> (Verdict, Vec<Step>) {
    if let Some((sameness, found)) = pairing::same(&left.items, &right.items) {
        return match left.is_doubtful() || right.is_doubtful() {
            true => (Verdict::Similar, found),
            false => (Verdict::Same(sameness), found),
        };
    }
    let (verdict, rule) = similar::judge(left, right);
    let step = Step::of(Side::Both, rule, &left.text, &right.text);
    (verdict, vec![step])
}

#[cfg(test)]
mod tests;
