//! organizationIdentifier has the form of one registration scheme.

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_organization_identifier_form",
    citation: "S/MIME BR 7.1.4.2.2 d, App. A.1",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .subject_values(oid::ORGANIZATION_IDENTIFIER)
        .into_iter()
        .find(|value| !is_identifier(value));
    ensure(wrong.is_none(), || {
        "organizationIdentifier has no permitted form".to_owned()
    })
}

fn is_identifier(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_at_checked(3) else {
        return false;
    };
    match scheme {
        "INT" => rest == "XG",
        "LEI" => rest.strip_prefix("XG-").is_some_and(is_lei),
        "GOV" => !rest.contains('-') && is_place(rest),
        "NTR" | "VAT" | "PSD" => rest
            .split_once('-')
            .is_some_and(|(place, reference)| is_place(place) && is_reference(reference)),
        _ => false,
    }
}

/// Country, or country and subdivision of ISO 3166-2.
fn is_place(place: &str) -> bool {
    let (country, part) = match place.split_once('+') {
        Some((country, part)) => (country, Some(part)),
        None => (place, None),
    };
    let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    let known = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(upper);
    country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()) && part.is_none_or(known)
}

fn is_reference(reference: &str) -> bool {
    !reference.is_empty()
        && reference.trim() == reference
        && reference.bytes().any(|b| b.is_ascii_digit())
}

fn is_lei(reference: &str) -> bool {
    let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    reference.len() == 20
        && reference.bytes().all(upper)
        && reference.bytes().rev().take(2).all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for value in [
            "0000123456",
            "CC:PL-123",
            "NTRPL",
            "NTRPL-",
            "NTRpl-123",
            "NTRPL-Government Entity",
            "NTRPL+mazo-1",
            "LEIXG-123",
            "LEIPL-5493001KJTIIGC8Y1R12",
            "GOVPL-1",
            "INTPL",
        ] {
            let mut bad = Specimen::leaf();
            bad.remove_from_subject(oid::ORGANIZATION_IDENTIFIER);
            bad.add_to_subject(oid::ORGANIZATION_IDENTIFIER, tlv::UTF8_STRING, value);
            assert!(bad.breaks(&RULE), "{value}");
        }
        for value in [
            "NTRUS+DE-12",
            "VATPL-5260250274",
            "LEIXG-5493001KJTIIGC8Y1R12",
            "GOVPL+14",
            "INTXG",
        ] {
            assert!(is_identifier(value), "{value}");
        }
    }
}
