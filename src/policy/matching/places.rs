//! Regions and localities: one place by its names in several languages, or by its code.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    Match, Sameness, Verdict, conclude, pairing,
    reading::{Item, Reading, Word},
    step::{Rule, Side, Step},
};
use crate::domain::text::Country;

/// A table of places.
pub(super) type Places = LazyLock<HashMap<&'static str, OfCountry>>;

/// The places of a country.
#[derive(Debug, Default)]
pub(super) struct OfCountry {
    /// Words that only name the kind of place, folded.
    generic: Vec<String>,
    /// What a place is known as, folded and in ASCII; nothing for a name of two places.
    names: HashMap<String, Option<&'static str>>,
}

/// ISO 3166-2; a place is its code.
pub(super) static REGIONS: Places = LazyLock::new(|| {
    table(include_str!("regions.txt"), |[code, name, others]| {
        let (country, part) = code.split_once('-')?;
        Some(match part {
            "*" => Row::of(country, None, &[], others),
            _ => Row::of(country, Some(code), &[code, name], others),
        })
    })
});

/// Localities; a place is its name in the country's language.
pub(super) static LOCALITIES: Places = LazyLock::new(|| {
    table(include_str!("localities.txt"), |[country, name, others]| {
        Some(match name {
            "*" => Row::of(country, None, &[], others),
            _ => Row::of(country, Some(name), &[name], others),
        })
    })
});

/// Compares two names of places.
pub(super) fn compare(places: &Places, country: Country, given: &str, registered: &str) -> Match {
    let left = read(places, country, given, Side::Given);
    let right = read(places, country, registered, Side::Registered);
    let doubtful = left.is_doubtful() || right.is_doubtful();
    let known = (
        place_of(places, country, &left),
        place_of(places, country, &right),
    );
    let textually_same = pairing::same(&left.items, &right.items).is_some();
    let (Some(one), Some(other)) = known else {
        return conclude(left, right);
    };
    if textually_same || doubtful {
        return conclude(left, right);
    }
    let (verdict, rule) = match one == other {
        true => (Verdict::Same(Sameness::Equal), Rule::SamePlace),
        false => (Verdict::Different, Rule::OtherPlace),
    };
    let found = Step::of(Side::Both, rule, one, other);
    let steps = left.steps.into_iter().chain(right.steps).chain([found]);
    Match {
        verdict,
        steps: steps.collect(),
    }
}

/// The place a name means.
pub(super) fn find(places: &Places, country: Country, name: &str) -> Option<&'static str> {
    let reading = read(places, country, name, Side::Given);
    let known = place_of(places, country, &reading)?;
    (!reading.is_doubtful()).then_some(known)
}

/// Reads the name of a place, without what only names its kind.
fn read(places: &Places, country: Country, name: &str, side: Side) -> Reading {
    let mut reading = Reading::of_place(country, name, side);
    let code = country.to_string();
    let generic = places
        .get(code.as_str())
        .map_or(&[][..], |known| &known.generic);
    let is_generic =
        |item: &Item| matches!(item, Item::Word(word) if generic.contains(&word.folded));
    let named = reading.items.iter().filter(|item| !is_generic(item));
    if named.filter(|item| matches!(item, Item::Word(_))).count() == 0 {
        return reading;
    }
    let before = reading.items.len();
    reading.items.retain(|item| !is_generic(item));
    if reading.items.len() != before {
        let named: Vec<&str> = reading.words().map(|word| word.written.as_str()).collect();
        let step = Step::of(side, Rule::Generic, &reading.text, &named.join(" "));
        reading.steps.push(step);
    }
    reading
}

fn place_of(places: &Places, country: Country, reading: &Reading) -> Option<&'static str> {
    let code = country.to_string();
    let known = places.get(code.as_str())?;
    keys(reading)
        .iter()
        .find_map(|key| known.names.get(key).copied().flatten())
}

/// A name's words without the signs between them, folded, then in each of its ASCII ways.
fn keys(reading: &Reading) -> Vec<String> {
    let spell = |of: &dyn Fn(&Word) -> String| {
        let words: Vec<String> = reading.words().map(of).collect();
        words.join(" ")
    };
    let best = |word: &Word| word.ways.first().unwrap_or(&word.folded).clone();
    let plain = |word: &Word| word.ways.last().unwrap_or(&word.folded).clone();
    let mut keys = vec![
        spell(&|word| word.folded.clone()),
        spell(&best),
        spell(&plain),
    ];
    keys.dedup();
    keys
}

/// A line of a table: a place and its names, or the generic words of a country.
struct Row {
    country: &'static str,
    place: Option<&'static str>,
    names: Vec<&'static str>,
}

impl Row {
    fn of(
        country: &'static str,
        place: Option<&'static str>,
        names: &[&'static str],
        others: &'static str,
    ) -> Self {
        let others = others.split(';').map(str::trim);
        Self {
            country,
            place,
            names: names.iter().copied().chain(others).collect(),
        }
    }
}

fn table(
    text: &'static str,
    row: impl Fn([&'static str; 3]) -> Option<Row>,
) -> HashMap<&'static str, OfCountry> {
    let mut table: HashMap<&'static str, OfCountry> = HashMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('|').map(str::trim);
        let cells = (cells.next(), cells.next(), cells.next());
        let (Some(first), Some(second), Some(third)) = cells else {
            continue;
        };
        let Some(row) = row([first, second, third]) else {
            continue;
        };
        let Some(country) = Country::parse(row.country) else {
            continue;
        };
        let known = table.entry(row.country).or_default();
        for name in row.names.iter().filter(|name| !name.is_empty()) {
            let reading = Reading::of_place(country, name, Side::Registered);
            match row.place {
                None => known
                    .generic
                    .extend(reading.words().map(|word| word.folded.clone())),
                Some(place) => known.add(place, &keys(&reading)),
            }
        }
    }
    table
}

impl OfCountry {
    fn add(&mut self, place: &'static str, keys: &[String]) {
        for key in keys {
            let known = self.names.entry(key.clone()).or_insert(Some(place));
            if *known != Some(place) {
                *known = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_place_and_no_name_means_two() {
        for (text, places) in [
            (include_str!("regions.txt"), &REGIONS),
            (include_str!("localities.txt"), &LOCALITIES),
        ] {
            let lines = text
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with('#'));
            for line in lines {
                assert_eq!(line.split('|').count(), 3, "{line}");
                let country = line.get(..2).unwrap();
                assert!(crate::policy::country::parse(country).is_some(), "{line}");
            }
            for (country, known) in places.iter() {
                for (name, place) in &known.names {
                    assert!(place.is_some(), "{country}: {name} means two places");
                }
            }
        }
    }

    #[test]
    fn finds_regions_by_their_names() {
        for (country, name, expected) in [
            ("PL", "mazowieckie", Some("PL-14")),
            ("PL", "WOJ. MAZOWIECKIE", Some("PL-14")),
            ("PL", "województwo mazowieckie", Some("PL-14")),
            ("PL", "PL-14", Some("PL-14")),
            ("PL", "Warminsko-Mazurskie", Some("PL-28")),
            ("PL", "Warmińsko – Mazurskie", Some("PL-28")),
            ("DE", "Freistaat Bayern", Some("DE-BY")),
            ("DE", "Thueringen", Some("DE-TH")),
            ("CZ", "Kraj Vysočina", Some("CZ-63")),
            ("GB", "Cymru", Some("GB-WLS")),
            ("FR", "ILE DE FRANCE", Some("FR-IDF")),
            ("FR", "Ile-de-France", Some("FR-IDF")),
            ("GR", "ΠΕΡΙΦΕΡΕΙΑ ΑΤΤΙΚΗΣ", Some("GR-I")),
            ("PL", "Bayern", None),
            ("PL", "województwo", None),
            ("US", "Texas", None),
        ] {
            let country = Country::parse(country).unwrap();
            assert_eq!(find(&REGIONS, country, name), expected, "{name}");
        }
    }
}
