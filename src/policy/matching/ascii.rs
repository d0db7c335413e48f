//! A word in ASCII: Latin letters by the recommendations of ICAO Doc 9303-3, or each letter
//! without its marks; Greek by ELOT 743; Bulgarian by the Transliteration Act of 2009.
//!
//! Does not know Cyrillic as others write it, nor any other script: such words have no ASCII.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::fold::{is_cyrillic, is_greek};
use crate::domain::text::Country;

/// The ways to write a folded word in ASCII, best first; none when a letter has no way.
pub(super) fn ways(country: Country, word: &str) -> Vec<String> {
    if word.is_ascii() {
        return vec![word.to_owned()];
    }
    let mut ways = Vec::new();
    let way = if word.chars().any(is_greek) {
        greek(word)
    } else if word.chars().any(is_cyrillic) {
        (country.to_string() == "BG")
            .then(|| bulgarian(word))
            .flatten()
    } else {
        ways.extend(latin(word, two_letters));
        latin(word, |_| None)
    };
    ways.extend(way);
    ways.dedup();
    ways
}

/// Letters whose ASCII is two letters by convention, beside the letter without its marks.
const fn two_letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' => "ae",
        'ö' | 'ø' => "oe",
        'ü' => "ue",
        'å' => "aa",
        _ => return None,
    })
}

/// Latin letters that no decomposition takes apart.
const fn whole_letter(c: char) -> Option<&'static str> {
    Some(match c {
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ø' => "o",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'ŋ' => "n",
        'ĸ' => "k",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ß' => "ss",
        _ => return None,
    })
}

fn latin(word: &str, special: impl Fn(char) -> Option<&'static str>) -> Option<String> {
    let mut out = String::new();
    for c in word.chars() {
        if c.is_ascii() {
            out.push(c);
        } else if let Some(letters) = special(c).or_else(|| whole_letter(c)) {
            out.push_str(letters);
        } else {
            for part in c.nfkd().filter(|part| !is_combining_mark(*part)) {
                match whole_letter(part) {
                    Some(letters) => out.push_str(letters),
                    None if part.is_ascii() => out.push(part),
                    None => return None,
                }
            }
        }
    }
    Some(out)
}

fn greek(word: &str) -> Option<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while let Some(&c) = letters.get(at) {
        if c.is_ascii() {
            out.push(c);
            at += 1;
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied();
        let next = letters.get(at + 1).copied();
        let after = letters.get(at + 2).copied();
        let (letters, length) = match (c, next) {
            ('α' | 'ε' | 'η', Some('υ')) => (vowel_and_upsilon(c, after), 2),
            ('ο', Some('υ')) => ("ou", 2),
            ('γ', Some('γ')) => ("ng", 2),
            ('γ', Some('ξ')) => ("nx", 2),
            ('γ', Some('χ')) => ("nch", 2),
            ('μ', Some('π')) if before.is_none() || after.is_none() => ("b", 2),
            _ => (greek_letter(c)?, 1),
        };
        out.push_str(letters);
        at += length;
    }
    Some(out)
}

/// αυ, ευ and ηυ sound v before a vowel or a voiced consonant, f before others and at the end.
const fn vowel_and_upsilon(vowel: char, after: Option<char>) -> &'static str {
    let voiced = matches!(
        after,
        Some(
            'α' | 'ε'
                | 'η'
                | 'ι'
                | 'ο'
                | 'υ'
                | 'ω'
                | 'ϊ'
                | 'ϋ'
                | 'β'
                | 'γ'
                | 'δ'
                | 'ζ'
                | 'λ'
                | 'μ'
                | 'ν'
                | 'ρ'
        )
    );
    match (vowel, voiced) {
        ('α', true) => "av",
        ('α', false) => "af",
        ('ε', true) => "ev",
        ('ε', false) => "ef",
        (_, true) => "iv",
        (_, false) => "if",
    }
}

const fn greek_letter(c: char) -> Option<&'static str> {
    Some(match c {
        'α' => "a",
        'β' => "v",
        'γ' => "g",
        'δ' => "d",
        'ε' => "e",
        'ζ' => "z",
        'η' | 'ι' | 'ϊ' => "i",
        'θ' => "th",
        'κ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'ο' | 'ω' => "o",
        'π' => "p",
        'ρ' => "r",
        'σ' => "s",
        'τ' => "t",
        'υ' | 'ϋ' => "y",
        'φ' => "f",
        'χ' => "ch",
        'ψ' => "ps",
        _ => return None,
    })
}

fn bulgarian(word: &str) -> Option<String> {
    // At the end of a word, ия is ia.
    let (stem, end) = match word.strip_suffix("ия") {
        Some(stem) => (stem, "ia"),
        None => (word, ""),
    };
    let mut out = String::new();
    for c in stem.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.push_str(bulgarian_letter(c)?);
        }
    }
    out.push_str(end);
    Some(out)
}

const fn bulgarian_letter(c: char) -> Option<&'static str> {
    Some(match c {
        'а' | 'ъ' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'д' => "d",
        'е' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' => "i",
        'й' | 'ь' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "h",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "sht",
        'ю' => "yu",
        'я' => "ya",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_words_in_ascii() {
        for (country, word, expected) in [
            ("PL", "zażółć", &["zazolc"][..]),
            ("PL", "łódź", &["lodz"]),
            ("DE", "müller", &["mueller", "muller"]),
            ("DK", "ørsted", &["oersted", "orsted"]),
            ("HR", "đuro", &["duro"]),
            ("IS", "þór", &["thor"]),
            ("FR", "œuvre", &["oeuvre"]),
            ("TR", "ışık", &["isik"]),
            ("GR", "ευαγγελοσ", &["evangelos"]),
            ("GR", "αυτοκινητο", &["aftokinito"]),
            ("GR", "μπαρ", &["bar"]),
            ("GR", "λαμπρου", &["lamprou"]),
            ("GR", "ομιλοσ", &["omilos"]),
            ("BG", "софия", &["sofia"]),
            ("BG", "българия", &["balgaria"]),
            ("BG", "щастие", &["shtastie"]),
            ("UA", "київ", &[]),
            ("PL", "漢字", &[]),
            ("PL", "plain", &["plain"]),
        ] {
            let country = Country::parse(country).unwrap();
            assert_eq!(ways(country, word), expected, "{word}");
        }
    }
}
