//! organizationIdentifier has the form of one registration scheme.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_organization_identifier_form",
    citation: "S/MIME BR 7.1.4.2.2 d, App. A.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .values(oids::ORGANIZATION_IDENTIFIER)
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
        "GOV" => is_place(rest),
        "NTR" | "VAT" | "PSD" => rest
            .split_once('-')
            .is_some_and(|(place, reference)| is_place(place) && !reference.trim().is_empty()),
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

fn is_lei(reference: &str) -> bool {
    let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    reference.len() == 20
        && reference.bytes().all(upper)
        && reference.bytes().rev().take(2).all(|b| b.is_ascii_digit())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let all = [
            "PL0000123456",
            "CC:PL-123",
            "NTRPL",
            "NTRPL-",
            "NTRPL+mazo-1",
            "LEIXG-123",
            "LEIPL-5493001KJTIIGC8Y1R12",
            "GOVPL-1",
            "INTPL",
        ]
        .into_iter();
        let with = |value: &str| {
            Specimen::leaf().but(|s| s.put(oids::ORGANIZATION_IDENTIFIER, tlv::UTF8_STRING, value))
        };
        all.map(with).collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
