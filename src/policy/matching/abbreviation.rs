//! Names of more than 64 characters, which no certificate holds (RFC 5280 App. A.1,
//! ub-organization-name and ub-common-name): which abbreviations of them may be offered.
//!
//! Only legal forms of the table are abbreviated, each by the one abbreviation it has there.
//! Knows no other abbreviation, and cuts nothing: when the form is not enough, a person of the
//! CA has to find another that is accepted where the organisation is, and documents it.

use unicode_normalization::UnicodeNormalization;

use super::{
    READ_CAP, Sameness,
    forms::{self, Found},
    organization,
    tokens::tokens,
};
use crate::domain::{
    subject_data::NAME_CAP,
    text::{Country, Text},
};

/// More legal forms than a name has; of others the last are left as they are.
const MOST_FORMS: u32 = 4;

/// An abbreviation of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub name: Text<NAME_CAP>,
    /// What was abbreviated, in the order of the name; never empty.
    pub replaced: Vec<Replaced>,
}

/// A legal form and its abbreviation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// As the name has it.
    pub full: String,
    pub abbreviation: &'static str,
    /// ISO 20275 codes of the form.
    pub forms: &'static [&'static str],
}

/// Whether a certificate holds the name as it is.
#[must_use]
pub fn fits(name: &str) -> bool {
    name.chars().count() <= NAME_CAP
}

/// The abbreviations of a name that a certificate holds: those that abbreviate least first.
/// None when the name fits, and when no form of it helps.
#[must_use]
pub fn candidates(country: Country, full: &str) -> Vec<Candidate> {
    let too_long_to_read = full.chars().nth(READ_CAP).is_some();
    if fits(full) || too_long_to_read {
        return Vec::new();
    }
    let text: String = full.nfc().collect();
    let list = tokens(&text);
    let places: Vec<Place> = forms::find(country, &list)
        .iter()
        .filter_map(|found| {
            let tokens = list.get(found.tokens.clone())?;
            Some(Place::of(found, tokens.first()?.start, tokens.last()?.end))
        })
        .filter(|place| text.get(place.start..place.end) != Some(place.found.form.abbreviation))
        .take(usize::try_from(MOST_FORMS).unwrap_or_default())
        .collect();
    let all = 1_u32.checked_shl(u32::try_from(places.len()).unwrap_or(MOST_FORMS));
    let mut found: Vec<Candidate> = (1..all.unwrap_or(1))
        .filter_map(|chosen| candidate(country, &text, &places, chosen))
        .collect();
    found.sort_by_key(|candidate| {
        let length = candidate.name.as_str().chars().count();
        (candidate.replaced.len(), std::cmp::Reverse(length))
    });
    found
}

/// The candidate that is named so, if it is one.
#[must_use]
pub fn offered(country: Country, full: &str, chosen: &str) -> Option<Candidate> {
    let is_chosen = |candidate: &Candidate| candidate.name.as_str() == chosen;
    candidates(country, full).into_iter().find(is_chosen)
}

/// A form in the text, in bytes.
struct Place {
    found: Found,
    start: usize,
    end: usize,
}

impl Place {
    fn of(found: &Found, start: usize, end: usize) -> Self {
        Self {
            found: found.clone(),
            start,
            end,
        }
    }
}

/// The name with the forms of the bits in `chosen` abbreviated, when it is still the name.
fn candidate(country: Country, text: &str, places: &[Place], chosen: u32) -> Option<Candidate> {
    let mut name = String::new();
    let mut replaced = Vec::new();
    let mut rest = 0;
    let bits = (0..).map(|bit| {
        chosen
            .checked_shr(bit)
            .is_some_and(|shifted| shifted & 1 == 1)
    });
    for (place, _) in places.iter().zip(bits).filter(|(_, is_chosen)| *is_chosen) {
        let form = place.found.form;
        name.push_str(text.get(rest..place.start)?);
        name.push_str(form.abbreviation);
        rest = place.end;
        replaced.push(Replaced {
            full: text.get(place.start..place.end)?.to_owned(),
            abbreviation: form.abbreviation,
            forms: &form.codes,
        });
    }
    name.push_str(text.get(rest..)?);
    let sameness = organization(country, &name, text).acceptance()?.sameness();
    let name = Text::parse(&name).ok()?;
    (sameness == Sameness::ButForm).then_some(Candidate { name, replaced })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(country: &str, full: &str) -> Vec<String> {
        let country = Country::parse(country).unwrap();
        let found = candidates(country, full);
        found.iter().map(|found| found.name.to_string()).collect()
    }

    #[test]
    fn forms_of_long_names_are_abbreviated() {
        let polish = "Przedsiębiorstwo Handlowe Przykład Spółka z Ograniczoną Odpowiedzialnością";
        assert_eq!(
            offers("PL", polish),
            ["Przedsiębiorstwo Handlowe Przykład sp. z o.o."]
        );
        let found = offered(
            Country::parse("PL").unwrap(),
            polish,
            "Przedsiębiorstwo Handlowe Przykład sp. z o.o.",
        );
        let replaced = &found.unwrap().replaced;
        assert_eq!(replaced.len(), 1);
        assert_eq!(replaced[0].full, "Spółka z Ograniczoną Odpowiedzialnością");
        assert_eq!(replaced[0].forms, ["O7XB"]);
    }

    #[test]
    fn the_fewest_abbreviations_come_first() {
        let full = "PRZYKŁAD SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ SPÓŁKA KOMANDYTOWA";
        assert_eq!(
            offers("PL", full),
            [
                "PRZYKŁAD SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ sp.k.",
                "PRZYKŁAD sp. z o.o. SPÓŁKA KOMANDYTOWA",
                "PRZYKŁAD sp. z o.o. sp.k.",
            ]
        );
    }

    #[test]
    fn nothing_else_is_abbreviated_or_cut() {
        let short = "Przykład spółka z ograniczoną odpowiedzialnością";
        let long = "Przykład ".repeat(10);
        let longer = format!("{long}spółka z ograniczoną odpowiedzialnością");
        let abbreviated = format!("{long}sp. z o.o.");
        let hostile = format!("{}\u{202E}spółka akcyjna", "Przykład ".repeat(6));
        for full in [
            short,
            long.trim(),
            &longer,
            &abbreviated,
            &hostile,
            &"a".repeat(10_000),
        ] {
            assert!(offers("PL", full).is_empty(), "{full}");
        }
        let german = "Beispiel Gesellschaft mit beschränkter Haftung und noch viele Wörter mehr";
        assert!(offers("DE", german).is_empty());
    }

    #[test]
    fn what_was_not_offered_is_not_chosen() {
        let full = "Przedsiębiorstwo Handlowe Przykład Spółka z Ograniczoną Odpowiedzialnością";
        let country = Country::parse("PL").unwrap();
        for chosen in [
            "",
            "Przykład sp. z o.o.",
            "Przedsiębiorstwo Handlowe Przykład S.A.",
            full,
        ] {
            assert!(offered(country, full, chosen).is_none(), "{chosen}");
        }
    }
}
