//! Legal forms in a name, by the table of ISO 20275 codes in `forms.txt`.
//!
//! A form is taken for one where names have it: at the end, or at the beginning in countries
//! that put it there. In between it is a word like others ("Limited Edition Books Ltd").

use std::{collections::HashMap, ops::Range, sync::LazyLock};

use super::{
    ascii, fold,
    tokens::{Kind, Token, tokens},
};
use crate::domain::text::Country;

/// A legal form in one language.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// ISO 20275; the first identifies the form in its country.
    pub(super) codes: Vec<&'static str>,
    pub(super) country: &'static str,
    /// What may stand for it in a certificate.
    pub(super) abbreviation: &'static str,
}

impl Form {
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.country == other.country && self.codes.first() == other.codes.first()
    }
}

/// A form found in a text.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) form: &'static Form,
    /// Which tokens it takes.
    pub(super) tokens: Range<usize>,
    /// Its letters as they stand, folded.
    pub(super) key: String,
}

/// A form has at most so many words, letters of abbreviations counted apart.
const LONGEST: usize = 24;
/// From so many letters on, a form is known by its letters without their accents.
const LONG: usize = 12;

/// The forms at the ends of a name, in order.
pub(super) fn find(country: Country, list: &[Token]) -> Vec<Found> {
    let code = country.to_string();
    let Some(spellings) = TABLE.get(code.as_str()) else {
        return Vec::new();
    };
    let mut all: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < list.len() {
        match spellings.longest(country, list, at) {
            Some(found) => {
                at = found.tokens.end;
                all.push(found);
            }
            None => at += 1,
        }
    }
    at_the_ends(&code, list, all)
}

fn at_the_ends(country: &str, list: &[Token], all: Vec<Found>) -> Vec<Found> {
    let mut tail = list.len();
    for found in all.iter().rev() {
        let between = list.get(found.tokens.end..tail).unwrap_or_default();
        if !between.iter().all(is_passed_over) {
            break;
        }
        tail = found.tokens.start;
    }
    let leads = LEADING.split(' ').any(|leading| leading == country);
    let is_kept = |found: &Found| found.tokens.start >= tail || (leads && found.tokens.start == 0);
    all.into_iter().filter(is_kept).collect()
}

/// Where the form may stand before the name.
const LEADING: &str = "BE BG CH DK EE FI FR LT LU LV NO SE";

/// What stands between two forms ("GmbH & Co. KG") and after the last ("w likwidacji").
fn is_passed_over(token: &Token) -> bool {
    match &token.kind {
        Kind::Mark(_) => true,
        Kind::Word(word) => PASSED_OVER.contains(&word.to_lowercase().as_str()),
    }
}

const PASSED_OVER: [&str; 11] = [
    "co",
    "cie",
    "compagnie",
    "und",
    "i",
    "w",
    "v",
    "likwidacji",
    "upadłości",
    "restrukturyzacji",
    "likvidaci",
];

/// The forms of a country by their letters: as they are, and in ASCII.
#[derive(Debug, Default)]
struct Spellings {
    exact: HashMap<String, &'static Form>,
    ascii: HashMap<String, &'static Form>,
}

static FORMS: LazyLock<Vec<(Form, Vec<&'static str>)>> =
    LazyLock::new(|| include_str!("forms.txt").lines().filter_map(row).collect());

static TABLE: LazyLock<HashMap<&'static str, Spellings>> = LazyLock::new(|| {
    let mut table: HashMap<&'static str, Spellings> = HashMap::new();
    for (form, spellings) in FORMS.iter() {
        let Some(country) = Country::parse(form.country) else {
            continue;
        };
        let of_country = table.entry(form.country).or_default();
        for spelling in spellings {
            let key = key(country, tokens(spelling).iter());
            for way in ascii::ways(country, &key) {
                of_country.ascii.entry(way).or_insert(form);
            }
            of_country.exact.entry(key).or_insert(form);
        }
    }
    table
});

/// `country | codes | name | abbreviation | other spellings`
fn row(line: &'static str) -> Option<(Form, Vec<&'static str>)> {
    if line.starts_with('#') {
        return None;
    }
    let mut cells = line.split('|').map(str::trim);
    let (country, codes) = (cells.next()?, cells.next()?);
    let (name, abbreviation, others) = (cells.next()?, cells.next()?, cells.next()?);
    let others = others
        .split(';')
        .map(str::trim)
        .filter(|other| !other.is_empty());
    let form = Form {
        codes: codes.split(' ').collect(),
        country,
        abbreviation,
    };
    Some((
        form,
        [name, abbreviation].into_iter().chain(others).collect(),
    ))
}

fn key<'a>(country: Country, list: impl Iterator<Item = &'a Token>) -> String {
    let mut key = String::new();
    for token in list {
        match &token.kind {
            Kind::Word(word) => key.push_str(&fold::fold(country, word)),
            Kind::Mark(_) => {}
        }
    }
    key
}

impl Spellings {
    /// The longest form that begins at a word.
    fn longest(&self, country: Country, list: &[Token], start: usize) -> Option<Found> {
        list.get(start)?.word()?;
        if is_within_initials(list, start) {
            return None;
        }
        let mut longest = None;
        let (mut key, mut plain) = (String::new(), String::new());
        let mut is_ascii = true;
        for (at, token) in list.iter().enumerate().skip(start).take(LONGEST) {
            match &token.kind {
                Kind::Word(word) if word.is_ascii() => {
                    key.push_str(&fold::fold(country, word));
                    plain.push_str(&word.to_ascii_lowercase());
                }
                Kind::Word(word) => {
                    let folded = fold::fold(country, word);
                    plain.push_str(ascii::ways(country, &folded).last().unwrap_or(&folded));
                    key.push_str(&folded);
                    is_ascii = false;
                }
                Kind::Mark('.' | '/' | '-' | '(') => continue,
                Kind::Mark(')') if opened(list, start, at) => continue,
                Kind::Mark(_) => break,
            }
            // A short word with accents is no abbreviation without them: ŚC is not s.c.
            let may_be_plain = is_ascii || plain.len() >= LONG;
            let in_ascii = || self.ascii.get(&plain).filter(|_| may_be_plain);
            let found = self.exact.get(&key).or_else(in_ascii);
            if let Some(form) = found
                && !is_within_initials(list, at + 1)
            {
                longest = Some((*form, at, key.clone()));
            }
        }
        let (form, last, key) = longest?;
        let end = end_of(list, start, last);
        Some(Found {
            form,
            tokens: start..end,
            key,
        })
    }
}

/// Whether the token is a letter right behind another with its dot: `S.` in `P.S.A.`
fn is_within_initials(list: &[Token], at: usize) -> bool {
    // From the end of a form, its own dot may stand in between.
    let at = match list.get(at) {
        Some(token) if token.is_mark('.') => at + 1,
        _ => at,
    };
    let back = |steps: usize| at.checked_sub(steps).and_then(|at| list.get(at));
    let (Some(letter), Some(dot), Some(before)) = (list.get(at), back(1), back(2)) else {
        return false;
    };
    letter.is_letter() && letter.glued && dot.is_mark('.') && dot.glued && before.is_letter()
}

fn opened(list: &[Token], start: usize, at: usize) -> bool {
    let inside = list.get(start..at).unwrap_or_default();
    inside.iter().any(|token| token.is_mark('('))
}

/// Takes in the dot and the bracket that belong to a form.
fn end_of(list: &[Token], start: usize, last: usize) -> usize {
    let mut end = last + 1;
    while let Some(token) = list.get(end) {
        let closes = token.is_mark(')') && opened(list, start, end) && !closed(list, start, end);
        if !(token.is_mark('.') || closes) {
            break;
        }
        end += 1;
    }
    end
}

fn closed(list: &[Token], start: usize, at: usize) -> bool {
    let inside = list.get(start..at).unwrap_or_default();
    inside.iter().any(|token| token.is_mark(')'))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn found(country: &str, name: &str) -> Vec<&'static str> {
        let list = tokens(name);
        let found = find(Country::parse(country).unwrap(), &list);
        found.iter().map(|found| found.form.abbreviation).collect()
    }

    #[test]
    fn every_line_of_the_table_is_a_form_of_its_country() {
        let text = include_str!("forms.txt");
        let rows = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        assert_eq!(rows.count(), FORMS.len());
        for (form, spellings) in FORMS.iter() {
            let country = crate::policy::country::parse(form.country);
            assert!(country.is_some(), "{form:?}");
            for code in &form.codes {
                assert_eq!(code.len(), 4, "{form:?}");
                let fine = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
                assert!(code.bytes().all(fine), "{form:?}");
            }
            assert!(
                spellings.iter().all(|spelling| !spelling.is_empty()),
                "{form:?}"
            );
        }
    }

    #[test]
    fn no_spelling_means_two_forms_of_one_country() {
        for (form, spellings) in FORMS.iter() {
            let table = TABLE.get(form.country).unwrap();
            let country = Country::parse(form.country).unwrap();
            for spelling in spellings {
                let key = key(country, tokens(spelling).iter());
                assert!(
                    table.exact.get(&key).unwrap().is_same(form),
                    "{spelling} of {form:?}"
                );
                for way in ascii::ways(country, &key) {
                    assert!(
                        table.ascii.get(&way).unwrap().is_same(form),
                        "{way} of {form:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_table_covers_the_countries_of_the_registers() {
        let countries: BTreeSet<_> = FORMS.iter().map(|(form, _)| form.country).collect();
        for country in [
            "PL", "DE", "CZ", "GB", "FR", "GR", "AT", "SK", "NL", "BE", "IT", "ES",
        ] {
            assert!(countries.contains(country), "{country}");
        }
    }

    #[test]
    fn forms_stand_at_the_ends() {
        for (country, name, expected) in [
            ("PL", "Żabka Polska spółka z o.o.", &["sp. z o.o."][..]),
            ("PL", "Żabka SP.ZO.O.", &["sp. z o.o."]),
            ("PL", "X sp. z o. o. sp. k.", &["sp. z o.o.", "sp.k."]),
            ("PL", "X S.A. w likwidacji", &["S.A."]),
            ("PL", "P.S.A. Nowak", &[]),
            ("PL", "X P.S.A.", &["P.S.A."]),
            ("PL", "ABC.S.A.", &["S.A."]),
            ("DE", "Muster GmbH & Co. KG", &["GmbH", "KG"]),
            (
                "DE",
                "Muster UG (haftungsbeschränkt)",
                &["UG (haftungsbeschränkt)"],
            ),
            ("DE", "Muster A.G.D. Institut", &[]),
            ("GB", "Limited Edition Books Ltd", &["Ltd"]),
            ("GB", "Limited", &["Ltd"]),
            ("FR", "SARL Dupont", &["SARL"]),
            ("SE", "AB Volvo", &["AB"]),
            ("DK", "Novo A/S", &["A/S"]),
            ("CZ", "Škoda, spol. s r.o.", &["s.r.o."]),
            ("GR", "ΟΜΙΛΟΣ Α.Ε.", &["Α.Ε."]),
            ("TR", "ARÇELİK ANONİM ŞİRKETİ", &["A.Ş."]),
            ("ZZ", "X S.A.", &[]),
        ] {
            assert_eq!(found(country, name), expected, "{name}");
        }
    }
}
