//! Whether the name and place of the facts are those the applicant gave: the checks of a case are about
//! that organisation, so their evidence shows nothing of another (S/MIME BR 3.2.3.2).
//!
//! What is only similar is left to the two people who sign, with the comparison before them
//! ([`matching`]): a register has a form that the applicant left out. What is different is refused; an
//! organisation that goes by another name hands over data under that name.
//!
//! Deliberately does not know what any register says.

use super::fault;
use crate::{
    domain::{
        refusal::Fault,
        subject_data::SubjectData,
        text::{Country, Text},
    },
    policy::matching::{self, Match, Verdict, abbreviation},
};

/// What stands in the facts and is not what was given.
pub fn differences(
    data: &SubjectData,
    organization: &Text<64>,
    state_or_province: Option<&Text<128>>,
    locality: Option<&Text<128>>,
) -> Vec<Fault> {
    let country = data.country;
    let place = |compare: fn(Country, &str, &str) -> Match, given: &Text<128>, fact: &Text<128>| {
        is_other(&compare(country, given.as_str(), fact.as_str()))
    };
    let name = name(data, organization).map(|code| fault("/organization", code));
    let region = state_or_province
        .filter(|fact| place(matching::region, &data.state_or_province, fact))
        .map(|_| fault("/state_or_province", "place-differs"));
    let locality = locality
        .filter(|fact| place(matching::locality, &data.locality, fact))
        .map(|_| fault("/locality", "place-differs"));
    name.into_iter().chain(region).chain(locality).collect()
}

fn is_other(found: &Match) -> bool {
    found.verdict() == Verdict::Different
}

/// A name too long for a certificate is stood for by the abbreviation that was chosen, or else by
/// one of its legal forms and nothing more. Where no form of it helps, a person finds and documents
/// an abbreviation that is made of its own words.
fn name(data: &SubjectData, organization: &Text<64>) -> Option<&'static str> {
    let (country, full, short) = (
        data.country,
        data.organization.as_str(),
        organization.as_str(),
    );
    if let Some(chosen) = &data.abbreviation {
        return (organization != chosen).then_some("abbreviation-differs");
    }
    let found = matching::organization(country, full, short);
    if abbreviation::fits(full) {
        return is_other(&found).then_some("organization-differs");
    }
    let helped = !abbreviation::candidates(country, full).is_empty();
    let stands = found.acceptance().is_some() || (!helped && is_shortened(country, full, short));
    (!stands).then_some("abbreviation-differs")
}

/// Whether each word is the beginning of a word of the full name, in its order.
fn is_shortened(country: Country, full: &str, short: &str) -> bool {
    let words = |name| matching::normal_name(country, name).unwrap_or_default();
    let (full, short) = (words(full), words(short));
    let mut left = full.split_whitespace();
    let mut parts = short
        .split_whitespace()
        .map(|word| word.trim_end_matches('.'))
        .peekable();
    parts.peek().is_some()
        && parts.all(|part| !part.is_empty() && left.any(|word| word.starts_with(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shortened_by_its_own_words_in_order() {
        let pl = Country::parse("PL").unwrap();
        let full = "Instytut Badań Stosowanych i Przykładów Nauki Polskiej";
        for (short, is) in [
            ("Instytut Badań Stosowanych", true),
            ("Inst. Bad. Stosow. i Przykł.", true),
            ("INSTYTUT NAUKI", true),
            ("Nauki Instytut", false),
            ("Instytut Mody", false),
            ("Siemens AG", false),
            ("", false),
            (".", false),
        ] {
            assert_eq!(is_shortened(pl, full, short), is, "{short}");
        }
    }
}
