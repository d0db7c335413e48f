//! The last two digits of an LEI check the others.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_lei_check_digits",
    citation: "CPS 3.2.3, ISO 17442, ISO 7064",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .values(oids::ORGANIZATION_IDENTIFIER)
        .find(|value| !is_lei(value));
    ensure(wrong.is_none(), || "the LEI is wrong".to_owned())
}

/// Modulo 97, letters counted from 10.
fn is_lei(value: &str) -> bool {
    let Some(lei) = value.strip_prefix("LEIXG-").filter(|lei| lei.len() == 20) else {
        return true;
    };
    let rest = lei
        .chars()
        .filter_map(|c| c.to_digit(36))
        .fold(0, |rest, digit| {
            let shift = if digit < 10 { 10 } else { 100 };
            (rest * shift + digit) % 97
        });
    rest == 1
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
        let all = ["LEIXG-5493001KJTIIGC8Y1R13"].into_iter();
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
