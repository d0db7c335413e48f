//! The organizationIdentifier of S/MIME BR 7.1.4.2.2 d and Appendix A: registration schemes, and
//! the stricter forms of registers that are known here.
//!
//! Deliberately knows no register's content: whether the number is that of the organisation is
//! what two people establish.

use std::fmt;

use crate::domain::text::{Country, Text};

/// A scheme of BR Appendix A.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// National trade register.
    Ntr,
    /// Value added tax number.
    Vat,
    /// Payment service provider (ETSI TS 119 495 5.2.1).
    Psd,
    /// Legal entity identifier (ISO 17442).
    Lei,
    /// Government entity without another identifier.
    Gov,
    /// Treaty organisation of two or more states.
    Int,
}

impl Scheme {
    pub const ALL: [Self; 6] = [
        Self::Ntr,
        Self::Vat,
        Self::Psd,
        Self::Lei,
        Self::Gov,
        Self::Int,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ntr => "NTR",
            Self::Vat => "VAT",
            Self::Psd => "PSD",
            Self::Lei => "LEI",
            Self::Gov => "GOV",
            Self::Int => "INT",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name)
    }
}

/// Why a text is no organizationIdentifier of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentifier {
    #[error("the scheme is none of NTR, VAT, PSD, LEI, GOV, INT")]
    Scheme,
    #[error("the country or subdivision after the scheme has not the form of the scheme")]
    Country,
    #[error("the reference does not have the register's form")]
    Reference,
    #[error("a check digit is wrong")]
    CheckDigit,
}

impl InvalidIdentifier {
    /// Stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Scheme => "identifier-scheme-unsupported",
            Self::Country => "identifier-country-invalid",
            Self::Reference => "identifier-reference-invalid",
            Self::CheckDigit => "identifier-check-digit",
        }
    }
}

/// A well-formed organizationIdentifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationIdentifier {
    text: Text<100>,
    scheme: Scheme,
    country: Option<Country>,
}

impl OrganizationIdentifier {
    /// Reads the certificate's form, for example `NTRPL-0000123456`.
    ///
    /// # Errors
    /// [`InvalidIdentifier`].
    pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
        let whole = Text::parse(text).map_err(|_| InvalidIdentifier::Reference)?;
        let scheme = text.get(..3).and_then(Scheme::from_name);
        let scheme = scheme.ok_or(InvalidIdentifier::Scheme)?;
        let rest = text.get(3..).unwrap_or_default();
        let country = match scheme {
            Scheme::Ntr | Scheme::Vat | Scheme::Psd => {
                let (place, reference) = rest.split_once('-').ok_or(InvalidIdentifier::Country)?;
                let country = place_of(place)?;
                require_place(scheme, country, place)?;
                require_reference(scheme, country, reference)?;
                Some(country)
            }
            Scheme::Gov => Some(place_of(rest)?),
            Scheme::Lei => {
                let reference = rest.strip_prefix("XG-").ok_or(InvalidIdentifier::Country)?;
                require_lei(reference)?;
                None
            }
            Scheme::Int if rest == "XG" => None,
            Scheme::Int => return Err(InvalidIdentifier::Country),
        };
        Ok(Self {
            text: whole,
            scheme,
            country,
        })
    }

    /// Builds the certificate's form from what a register says; a Polish court register number
    /// may lack its leading zeros.
    ///
    /// # Errors
    /// [`InvalidIdentifier`].
    pub fn build(
        scheme: Scheme,
        country: Country,
        number: &str,
    ) -> Result<Self, InvalidIdentifier> {
        let name = scheme.name();
        let text = match scheme {
            Scheme::Ntr if country.to_string() == "PL" => format!("NTRPL-{number:0>10}"),
            Scheme::Ntr | Scheme::Vat | Scheme::Psd => format!("{name}{country}-{number}"),
            Scheme::Lei => format!("LEIXG-{number}"),
            Scheme::Gov | Scheme::Int if !number.is_empty() => {
                return Err(InvalidIdentifier::Reference);
            }
            Scheme::Gov => format!("GOV{country}"),
            Scheme::Int => "INTXG".to_owned(),
        };
        Self::parse(&text)
    }

    /// What follows from a number in the normal form of its register
    /// ([`registration_number`](super::registration_number)); `None` when the register is not
    /// known here.
    #[must_use]
    pub fn of_registration(register: &str, country: Country, number: &str) -> Option<Self> {
        let scheme = match register {
            "KRS" | "NTR" => Scheme::Ntr,
            "NIP" | "VAT" => Scheme::Vat,
            "LEI" => Scheme::Lei,
            _ => return None,
        };
        Self::build(scheme, country, number).ok()
    }

    /// Whether the identifier may stand beside this C (BR 7.1.4.2.2 d: equal, but for LEI and
    /// INT, which have no country of their own).
    #[must_use]
    pub fn fits(&self, country: Country) -> bool {
        self.country.is_none_or(|own| own == country)
    }

    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    #[must_use]
    pub const fn text(&self) -> &Text<100> {
        &self.text
    }
}

impl fmt::Display for OrganizationIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// `CC` or `CC+SUB` with the 1 to 3 characters of ISO 3166-2.
fn place_of(text: &str) -> Result<Country, InvalidIdentifier> {
    let (country, subdivision) = match text.split_once('+') {
        Some((country, subdivision)) => (country, Some(subdivision)),
        None => (text, None),
    };
    let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    let fine = subdivision.is_none_or(|sub| (1..=3).contains(&sub.len()) && sub.bytes().all(upper));
    let country = Country::parse(country).filter(|_| fine);
    // XG stands for no country; it belongs to LEI and INT.
    country
        .filter(|country| country.to_string() != "XG")
        .ok_or(InvalidIdentifier::Country)
}

/// A subdivision is for registers that a subdivision keeps (BR Appendix A.1): tax numbers and
/// payment institutions have none, and these countries have one register for all.
fn require_place(scheme: Scheme, country: Country, place: &str) -> Result<(), InvalidIdentifier> {
    let national = scheme != Scheme::Ntr || ["DE", "PL"].contains(&country.to_string().as_str());
    if national && place.contains('+') {
        return Err(InvalidIdentifier::Country);
    }
    Ok(())
}

fn require_reference(
    scheme: Scheme,
    country: Country,
    reference: &str,
) -> Result<(), InvalidIdentifier> {
    let printable = |b: u8| b == b' ' || b.is_ascii_graphic();
    let plain = !reference.is_empty()
        && reference.trim() == reference
        && reference.bytes().all(printable)
        && reference.bytes().any(|b| b.is_ascii_alphanumeric());
    // Words in place of a number are mis-issuance (BR Appendix A.1 has GOV for them).
    let words = reference.to_ascii_lowercase().contains("government");
    if !plain || words {
        return Err(InvalidIdentifier::Reference);
    }
    let poland = country.to_string() == "PL";
    match scheme {
        Scheme::Ntr if poland && !is_krs(reference) => Err(InvalidIdentifier::Reference),
        Scheme::Vat if poland => require_nip(reference),
        Scheme::Psd if !is_psd(reference) => Err(InvalidIdentifier::Reference),
        _ => Ok(()),
    }
}

/// Ten digits, not all zero.
fn is_krs(text: &str) -> bool {
    text.len() == 10 && digits(text).is_some_and(|digits| digits.iter().any(|digit| *digit != 0))
}

/// `NCA-REF`: the national authority in 2 to 8 capitals.
fn is_psd(text: &str) -> bool {
    text.split_once('-').is_some_and(|(authority, reference)| {
        (2..=8).contains(&authority.len())
            && authority.bytes().all(|b| b.is_ascii_uppercase())
            && !reference.is_empty()
    })
}

/// Ten digits with the weights 6 5 7 2 3 4 5 6 7 modulo 11.
fn require_nip(text: &str) -> Result<(), InvalidIdentifier> {
    let digits = digits(text).filter(|digits| digits.len() == 10);
    let digits = digits.ok_or(InvalidIdentifier::Reference)?;
    let weights = [6, 5, 7, 2, 3, 4, 5, 6, 7];
    let sum: u32 = digits
        .iter()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    if digits.last() == Some(&(sum % 11)) && sum > 0 {
        Ok(())
    } else {
        Err(InvalidIdentifier::CheckDigit)
    }
}

/// 18 capitals or digits and 2 check digits, ISO 7064 mod 97-10.
fn require_lei(text: &str) -> Result<(), InvalidIdentifier> {
    let shape = text.len() == 20
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && text.bytes().skip(18).all(|b| b.is_ascii_digit());
    if !shape {
        return Err(InvalidIdentifier::Reference);
    }
    let remainder = text
        .chars()
        .filter_map(|c| c.to_digit(36))
        .fold(0, |rest, value| {
            let shift = if value < 10 { 10 } else { 100 };
            (rest * shift + value) % 97
        });
    if remainder == 1 {
        Ok(())
    } else {
        Err(InvalidIdentifier::CheckDigit)
    }
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_the_rules_pass() {
        for good in [
            "NTRPL-0012345678",
            "NTRGB-12345678",
            "NTRDE-DER3306.HRB12345",
            "NTRUS+CA-123-456",
            "VATPL-5260250274",
            "VATDE-123456789",
            "PSDPL-PFSA-1234567890",
            "LEIXG-5493001KJTIIGC8Y1R12",
            "GOVPL",
            "GOVUS+CA",
            "INTXG",
        ] {
            let parsed = OrganizationIdentifier::parse(good);
            assert_eq!(parsed.map(|id| id.to_string()), Ok(good.to_owned()));
        }
    }

    #[test]
    fn every_other_form_is_refused_for_its_reason() {
        use InvalidIdentifier as I;
        for (bad, why) in [
            ("", I::Reference),
            ("CC:PL-1", I::Scheme),
            ("ntrPL-0012345678", I::Scheme),
            ("EUIPL-1", I::Scheme),
            ("NTRPL0012345678", I::Country),
            ("NTRpl-0012345678", I::Country),
            ("NTRXG-1", I::Country),
            ("NTRUS+CALI-1", I::Country),
            ("NTRUS+-1", I::Country),
            ("NTRDE+BY-HRB123456", I::Country),
            ("NTRPL+14-0012345678", I::Country),
            ("VATUS+CA-1", I::Country),
            ("GOVPL-1", I::Country),
            ("INTPL", I::Country),
            ("LEIPL-5493001KJTIIGC8Y1R12", I::Country),
            ("NTRPL-12345678", I::Reference),
            ("NTRPL-0000000000", I::Reference),
            ("NTRGB-", I::Reference),
            ("NTRGB-żółw", I::Reference),
            ("NTRUS-Government Entity", I::Reference),
            ("PSDPL-pfsa-1", I::Reference),
            ("VATPL-526025027", I::Reference),
            ("LEIXG-5493001KJTIIGC8Y1R1X", I::Reference),
            ("VATPL-5260250275", I::CheckDigit),
            ("VATPL-0000000000", I::CheckDigit),
            ("LEIXG-5493001KJTIIGC8Y1R13", I::CheckDigit),
        ] {
            assert_eq!(OrganizationIdentifier::parse(bad).err(), Some(why), "{bad}");
        }
    }

    #[test]
    fn numbers_become_identifiers() {
        let country = |code| Country::parse(code).unwrap();
        let of = |register, code, number| {
            OrganizationIdentifier::of_registration(register, country(code), number)
                .map(|id| id.to_string())
        };
        assert_eq!(
            of("KRS", "PL", "12345678").as_deref(),
            Some("NTRPL-0012345678")
        );
        assert_eq!(
            of("NIP", "PL", "5260250274").as_deref(),
            Some("VATPL-5260250274")
        );
        assert_eq!(
            of("NTR", "GB", "12345678").as_deref(),
            Some("NTRGB-12345678")
        );
        assert_eq!(of("REGON", "PL", "012345678"), None);
        let built = OrganizationIdentifier::build(Scheme::Gov, country("PL"), "").unwrap();
        assert!(built.fits(country("PL")) && !built.fits(country("DE")));
        let lei = OrganizationIdentifier::parse("LEIXG-5493001KJTIIGC8Y1R12").unwrap();
        assert!(lei.fits(country("PL")) && lei.fits(country("DE")));
    }
}
