//! Case folding, as each script and country has it.
//!
//! Does not know titles' or sentences' case: all letters become small.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::domain::text::Country;

/// The text in small letters, NFC. Down, up and down folds what one way alone would not: the
/// German ß is ss, the final sigma a sigma. Greek capitals carry no accents, so no letters of a
/// name in capitals do, and none are left; the dialytika stays, as capitals keep it.
pub(super) fn fold(country: Country, text: &str) -> String {
    let small: String = text
        .chars()
        .flat_map(|c| small(c, is_turkic(country)))
        .collect();
    without_tonos(&small)
}

/// Whether `fold` leaves out a Greek accent.
pub(super) fn has_tonos(text: &str) -> bool {
    let mut greek = false;
    text.nfd().any(|c| {
        greek = if is_combining_mark(c) {
            greek
        } else {
            is_greek(c)
        };
        greek && is_accent(c)
    })
}

/// Countries whose language has a dotless i: `I` is the capital of `ı`, `İ` that of `i`.
pub(super) fn is_turkic(country: Country) -> bool {
    matches!(country.to_string().as_str(), "TR" | "AZ")
}

pub(super) const fn is_greek(c: char) -> bool {
    matches!(c, '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}')
}

pub(super) const fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{0400}'..='\u{052F}' | '\u{1C80}'..='\u{1C8F}' | '\u{2DE0}'..='\u{2DFF}' | '\u{A640}'..='\u{A69F}')
}

fn small(c: char, turkic: bool) -> impl Iterator<Item = char> {
    let (kept, folded) = match c {
        // Unicode folds neither to the other unless the language is Turkic.
        'ı' => (Some('ı'), None),
        // An apostrophe and a letter are not one letter.
        'ŉ' => (Some('ŉ'), None),
        'I' if turkic => (Some('ı'), None),
        'İ' if turkic => (Some('i'), None),
        'i' => (Some('i'), None),
        _ => (None, Some(c)),
    };
    let folded = folded
        .into_iter()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase);
    kept.into_iter().chain(folded)
}

fn without_tonos(text: &str) -> String {
    let mut greek = false;
    text.nfd()
        .filter(|c| {
            greek = if is_combining_mark(*c) {
                greek
            } else {
                is_greek(*c)
            };
            !(greek && is_accent(*c))
        })
        .nfc()
        .collect()
}

/// Grave, acute, breathings, circumflex and iota below; not the dialytika.
const fn is_accent(c: char) -> bool {
    matches!(
        c,
        '\u{0300}' | '\u{0301}' | '\u{0313}' | '\u{0314}' | '\u{0342}' | '\u{0345}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(country: &str, text: &str) -> String {
        fold(Country::parse(country).unwrap(), text)
    }

    #[test]
    fn folds_as_the_language_does() {
        for (country, text, expected) in [
            ("PL", "ŻÓŁĆ", "żółć"),
            ("DE", "STRASSE", "strasse"),
            ("DE", "Straße", "strasse"),
            ("DE", "GROẞE", "grosse"),
            ("GR", "ΌΜΙΛΟΣ", "ομιλοσ"),
            ("GR", "όμιλος", "ομιλοσ"),
            ("GR", "ΑΫΛΟΣ", "αϋλοσ"),
            ("GR", "άϋλος", "αϋλοσ"),
            ("TR", "IŞIK", "ışık"),
            ("TR", "İŞLETME", "işletme"),
            ("PL", "TITAN", "titan"),
            ("PL", "İ", "i\u{307}"),
            ("PL", "ı", "ı"),
            ("GB", "\u{212A}", "k"),
        ] {
            assert_eq!(folded(country, text), expected, "{country} {text}");
        }
    }

    #[test]
    fn every_character_folds_once() {
        for country in ["PL", "TR"] {
            for c in (0..0x2_0000).filter_map(char::from_u32) {
                let once = folded(country, &c.to_string());
                assert_eq!(folded(country, &once), once, "{country} {c:?}");
            }
        }
    }
}
