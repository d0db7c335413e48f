//! Registers an organisation may be found in: the form of their numbers, checked offline.
//!
//! Knows nothing of the registers' answers: whether a number exists is a person's or an
//! adapter's finding.

use crate::domain::{product::Localized, text::Country};

/// A kind of number a form offers for one country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationType {
    /// For example `KRS`.
    pub code: &'static str,
    pub label: Localized,
    /// ECMA 262 pattern of what a user may type.
    pub pattern: &'static str,
    pub example: &'static str,
}

/// Why a number is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNumber {
    #[error("the register is not offered for the country")]
    Register,
    #[error("the number does not have the register's form or check digits")]
    Number,
}

impl InvalidNumber {
    /// The stable problem code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Register => "registration-type-unsupported",
            Self::Number => "registration-number-invalid",
        }
    }
}

/// Longest number of a register without a check of its own.
const GENERIC_MAX: usize = 64;
/// Poland's court register.
const KRS_DIGITS: usize = 10;
/// Companies House: eight digits, or six after the letters of Scotland, Northern Ireland and others.
const COMPANY: &str = "^([0-9]{1,8}|[A-Za-z]{2}[0-9]{6})$";
/// Members of the EU beside Poland, whose VAT numbers have a name of their own here.
const EU: [&str; 26] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PT", "RO", "SE", "SI", "SK",
];
const NIP_WEIGHTS: [u32; 9] = [6, 5, 7, 2, 3, 4, 5, 6, 7];

/// What a form offers for a country, in the order to show.
#[must_use]
pub fn registration_types(country: Country) -> Vec<RegistrationType> {
    match country.to_string().as_str() {
        "PL" => vec![krs(), nip(), lei()],
        "GB" => vec![company(), lei()],
        code if EU.contains(&code) => vec![national(), vat(), lei()],
        _ => vec![national(), lei()],
    }
}

/// The register's normal form of a typed number.
///
/// # Errors
/// When the register is not offered for the country, or the number cannot be one of it.
pub fn normalise(register: &str, country: Country, typed: &str) -> Result<String, InvalidNumber> {
    let kind = registration_types(country)
        .into_iter()
        .find(|kind| kind.code == register)
        .ok_or(InvalidNumber::Register)?;
    let number = match kind.code {
        "KRS" => krs_number(typed),
        "NIP" => nip_number(typed),
        "LEI" => lei_number(typed),
        "VAT" => vat_number(country, typed),
        _ if kind.pattern == COMPANY => company_number(typed),
        _ => national_number(typed),
    };
    number.ok_or(InvalidNumber::Number)
}

fn krs() -> RegistrationType {
    RegistrationType {
        code: "KRS",
        label: label(
            "National Court Register number (KRS)",
            "Numer w Krajowym Rejestrze Sądowym (KRS)",
        ),
        pattern: "^[0-9]{1,10}$",
        example: "0000123456",
    }
}

fn nip() -> RegistrationType {
    RegistrationType {
        code: "NIP",
        label: label(
            "Tax identification number (NIP)",
            "Numer identyfikacji podatkowej (NIP)",
        ),
        pattern: "^(PL)?[0-9]{3}-?[0-9]{3}-?[0-9]{2}-?[0-9]{2}$",
        example: "5260250995",
    }
}

fn lei() -> RegistrationType {
    RegistrationType {
        code: "LEI",
        label: label(
            "Legal entity identifier (LEI)",
            "Identyfikator podmiotu prawnego (LEI)",
        ),
        pattern: "^[A-Z0-9]{18}[0-9]{2}$",
        example: "506700GE1G29325QX363",
    }
}

fn national() -> RegistrationType {
    RegistrationType {
        code: "NTR",
        label: label(
            "Number in the national trade register",
            "Numer w krajowym rejestrze przedsiębiorców",
        ),
        pattern: "^[A-Za-z0-9][A-Za-z0-9 ./-]{0,63}$",
        example: "12345678",
    }
}

fn company() -> RegistrationType {
    RegistrationType {
        code: "NTR",
        label: label(
            "Company number (Companies House)",
            "Numer spółki (Companies House)",
        ),
        pattern: COMPANY,
        example: "SC123456",
    }
}

fn vat() -> RegistrationType {
    RegistrationType {
        code: "VAT",
        label: label("VAT number", "Numer VAT"),
        pattern: "^[A-Za-z0-9 .-]{2,20}$",
        example: "123456789",
    }
}

fn label(en: &str, pl: &str) -> Localized {
    Localized {
        en: en.to_owned(),
        pl: pl.to_owned(),
    }
}

/// Shorter numbers are filled with zeros: registers print them without, certificates need them.
fn krs_number(typed: &str) -> Option<String> {
    let digits = without_separators(typed);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let named = digits.bytes().any(|b| b != b'0');
    (plain && named && digits.len() <= KRS_DIGITS).then(|| format!("{digits:0>KRS_DIGITS$}"))
}

fn nip_number(typed: &str) -> Option<String> {
    let bare = without_separators(typed);
    let digits = bare.strip_prefix("PL").unwrap_or(&bare);
    let values: Vec<u32> = digits
        .chars()
        .map(|c| c.to_digit(10))
        .collect::<Option<_>>()?;
    let (check, body) = values.split_last()?;
    let sum: u32 = body.iter().zip(NIP_WEIGHTS).map(|(d, w)| d * w).sum();
    let fits = body.len() == NIP_WEIGHTS.len() && sum > 0 && sum % 11 == *check;
    fits.then(|| digits.to_owned())
}

/// ISO 7064 MOD 97-10 over the digits, letters counting from 10.
fn lei_number(typed: &str) -> Option<String> {
    let bare = without_separators(typed).to_ascii_uppercase();
    let remainder = bare.chars().try_fold(0_u32, |sum, c| {
        let value = c.to_digit(36)?;
        let shift = if value < 10 { 10 } else { 100 };
        Some((sum * shift + value) % 97)
    })?;
    let check = bare.get(18..)?;
    let fits = bare.len() == 20 && check.bytes().all(|b| b.is_ascii_digit()) && remainder == 1;
    fits.then_some(bare)
}

/// Shorter numbers are filled with zeros, as the register itself has them.
fn company_number(typed: &str) -> Option<String> {
    let bare = without_separators(typed).to_ascii_uppercase();
    let digits = bare.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let letters = bare.len().saturating_sub(digits.len());
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let named = digits.bytes().any(|b| b != b'0');
    match letters {
        0 if plain && named && digits.len() <= 8 => Some(format!("{digits:0>8}")),
        2 if plain && named && digits.len() == 6 => Some(bare),
        _ => None,
    }
}

/// Without the country's prefix: certificates and registers have it apart from the number. Check
/// digits differ by country, and the register judges them.
fn vat_number(country: Country, typed: &str) -> Option<String> {
    let typed: String = typed.chars().filter(|c| *c != '.').collect();
    let bare = without_separators(&typed).to_ascii_uppercase();
    let code = country.to_string();
    // The VAT directive's code of Greece is EL.
    let prefix = if code == "GR" { "EL" } else { &code };
    let number = bare.strip_prefix(prefix).unwrap_or(&bare);
    let plain = number.bytes().all(|b| b.is_ascii_alphanumeric());
    let numbered = number.bytes().any(|b| b.is_ascii_digit());
    (plain && numbered && (2..=12).contains(&number.len())).then(|| number.to_owned())
}

fn national_number(typed: &str) -> Option<String> {
    let trimmed = typed.trim();
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b" ./-".contains(&b);
    let starts = trimmed
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric());
    // A register's reference without any digit is a word ("Government Entity"), not a number.
    let numbered = trimmed.bytes().any(|b| b.is_ascii_digit());
    let fits = trimmed.len() <= GENERIC_MAX && trimmed.bytes().all(allowed);
    (starts && numbered && fits).then(|| trimmed.to_owned())
}

fn without_separators(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '\u{A0}'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    #[test]
    fn the_guides_number_gets_its_zeros() {
        let number = normalise("KRS", country("PL"), "12345678").unwrap();
        assert_eq!(number, "0012345678");
    }

    #[test]
    fn check_digits_count() {
        let pl = country("PL");
        let cases = [
            ("KRS", "0000000000", None),
            ("KRS", "12345678901", None),
            ("KRS", "12a", None),
            ("KRS", "", None),
            ("NIP", "526-025-09-95", Some("5260250995")),
            ("NIP", "PL 5260250995", Some("5260250995")),
            ("NIP", "5260250994", None),
            ("NIP", "0000000000", None),
            ("NIP", "526025099", None),
            ("LEI", "506700GE1G29325QX363", Some("506700GE1G29325QX363")),
            ("LEI", "506700ge1g29325qx363", Some("506700GE1G29325QX363")),
            ("LEI", "506700GE1G29325QX364", None),
            ("LEI", "506700GE1G29325QX36", None),
            ("LEI", "506700GE1G29325QXż3", None),
        ];
        for (register, typed, normal) in cases {
            assert_eq!(
                normalise(register, pl, typed).ok().as_deref(),
                normal,
                "{register} {typed}"
            );
        }
    }

    #[test]
    fn every_example_is_a_number_of_its_own_register() {
        for code in ["PL", "DE", "GB", "US"] {
            let country = country(code);
            for kind in registration_types(country) {
                let number = normalise(kind.code, country, kind.example);
                assert_eq!(number.as_deref(), Ok(kind.example), "{}", kind.code);
            }
        }
    }

    #[test]
    fn british_and_vat_numbers_get_their_registers_form() {
        for (register, code, typed, normal) in [
            ("NTR", "GB", "12345", Some("00012345")),
            ("NTR", "GB", "sc123456", Some("SC123456")),
            ("NTR", "GB", "SC12345", None),
            ("NTR", "GB", "00000000", None),
            ("NTR", "GB", "123456789", None),
            ("VAT", "DE", "DE 123 456 789", Some("123456789")),
            ("VAT", "GR", "EL123456789", Some("123456789")),
            ("VAT", "DE", "DE", None),
            ("VAT", "PL", "5260250995", None),
        ] {
            assert_eq!(
                normalise(register, country(code), typed).ok().as_deref(),
                normal,
                "{register} {typed}"
            );
        }
    }

    #[test]
    fn registers_belong_to_countries() {
        assert_eq!(
            normalise("KRS", country("DE"), "1"),
            Err(InvalidNumber::Register)
        );
        assert_eq!(
            normalise("REGON", country("PL"), "123456785"),
            Err(InvalidNumber::Register)
        );
        assert_eq!(
            normalise("NTR", country("GB"), "Government Entity"),
            Err(InvalidNumber::Number)
        );
    }
}
