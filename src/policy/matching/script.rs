//! What may be read as something else than it is (UTS 39).
//!
//! Does not know whether anybody is deceived: a Greek clerk who typed a Latin A is flagged too,
//! and a word wholly in one script passes, though each of its letters has a double elsewhere.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::{GeneralSecurityProfile, MixedScript, skeleton};

use super::{
    fold::{is_cyrillic, is_greek},
    tokens::{is_apostrophe, is_dash, is_letter, is_quote, plain_mark},
};
use crate::domain::text::Country;

/// The labels of a domain that mix scripts, as U-labels. The domain may be written either way;
/// a label that is no IDNA label mixes nothing.
#[must_use]
pub fn mixed_labels(domain: &str) -> Vec<String> {
    let (unicode, _) = idna::domain_to_unicode(domain);
    let mixed = |label: &&str| !label.is_ascii() && !label.is_single_script();
    unicode
        .split('.')
        .filter(mixed)
        .map(str::to_owned)
        .collect()
}

/// Whether a word mixes scripts.
pub(super) fn is_mixed(word: &str) -> bool {
    !word.is_ascii() && !word.is_single_script()
}

/// Whether a word of another script than Latin, foreign to the country, looks like a Latin word.
pub(super) fn looks_latin(country: Country, word: &str) -> bool {
    let country = country.to_string();
    let foreign = |c: char| {
        (is_greek(c) && !matches!(country.as_str(), "GR" | "CY"))
            || (is_cyrillic(c) && !writes_cyrillic(&country))
    };
    word.chars().any(foreign) && skeleton(word).all(|c| c.is_ascii())
}

fn writes_cyrillic(country: &str) -> bool {
    matches!(
        country,
        "BG" | "UA" | "BY" | "RU" | "RS" | "ME" | "MK" | "BA" | "KZ" | "KG" | "TJ" | "MN"
    )
}

/// Whether two folded texts look alike.
pub(super) fn alike(left: &str, right: &str) -> bool {
    // What looks like a capital has no small letter of its own: bold letters of mathematics.
    let small = |text| -> String { skeleton(text).flat_map(char::to_lowercase).collect() };
    small(left) == small(right)
}

/// Whether marks are heaped on a letter: one twice, or more than two (UTS 39, 5.4).
pub(super) fn is_heaped(text: &str) -> bool {
    let (mut last, mut height) = (None, 0_u8);
    text.nfd().any(|c| {
        if !is_combining_mark(c) {
            (last, height) = (None, 0);
            return false;
        }
        let twice = last == Some(c);
        (last, height) = (Some(c), height.saturating_add(1));
        twice || height > 2
    })
}

/// Characters that nobody sees or that turn the direction of what follows.
pub(super) fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Characters that stand in no ordinary name: neither letters and digits of a living script,
/// nor blanks, quotes, dashes or the signs on a keyboard.
pub(super) fn is_unusual(c: char) -> bool {
    let known = if is_letter(c) {
        c.identifier_allowed()
    } else {
        c.is_whitespace()
            || c.is_ascii_punctuation()
            || is_quote(c)
            || is_apostrophe(c)
            || is_dash(c)
            || plain_mark(c) != c
            || matches!(c, '·' | '°' | '§' | '€' | '£')
    };
    !known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_mix_scripts() {
        for (domain, expected) in [
            ("example.com", &[][..]),
            ("żółw.example", &[]),
            ("παράδειγμα.example", &[]),
            ("пример.example", &[]),
            // A Cyrillic а among Latin letters.
            ("p\u{430}ypal.example", &["p\u{430}ypal"]),
            ("xn--pypal-4ve.example", &["p\u{430}ypal"]),
            // Greek omicron.
            ("www.g\u{3bf}\u{3bf}gle.example", &["g\u{3bf}\u{3bf}gle"]),
            // Kanji and kana are one language.
            ("東京タワー.example", &[]),
            ("", &[]),
            ("xn--.example", &[]),
        ] {
            assert_eq!(mixed_labels(domain), expected, "{domain}");
        }
    }

    #[test]
    fn words_that_look_latin() {
        let looks = |country, word| looks_latin(Country::parse(country).unwrap(), word);
        assert!(looks("PL", "АСЕ")); // Cyrillic
        assert!(looks("PL", "ΑΒΕΕ")); // Greek
        assert!(!looks("GR", "ΑΒΕΕ"));
        assert!(!looks("BG", "АСЕ"));
        assert!(!looks("PL", "ЖИ"));
        assert!(!looks("PL", "ACE"));
    }

    #[test]
    fn marks_are_not_heaped() {
        for fine in ["Łódź", "Ấn", "i\u{307}\u{301}"] {
            assert!(!is_heaped(fine), "{fine}");
        }
        for heap in ["A\u{30A}\u{30A}", "a\u{301}\u{302}\u{303}"] {
            assert!(is_heaped(heap), "{heap}");
        }
    }

    #[test]
    fn characters_of_names() {
        for c in [
            'a', 'ł', 'ß', 'Ω', 'щ', '1', ' ', '\u{A0}', '-', '–', '„', '’', '&', '+', '…',
        ] {
            assert!(!is_hidden(c) && !is_unusual(c), "{c:?}");
        }
        for c in [
            '\u{200B}',
            '\u{202E}',
            '\u{0}',
            '\u{AD}',
            '\u{FEFF}',
            '\u{E0041}',
        ] {
            assert!(is_hidden(c), "{c:?}");
        }
        for c in ['Ａ', '𝐀', '™', '☃', 'ª', 'ⓐ', 'ﬁ', '\u{E000}'] {
            assert!(is_unusual(c), "{c:?}");
        }
    }
}
