//! A Polish tax number has ten digits, and the last checks the others.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_nip_check_digit",
    citation: "CPS 3.2.3",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .values(oids::ORGANIZATION_IDENTIFIER)
        .find(|value| !is_number(value));
    ensure(wrong.is_none(), || "the NIP is wrong".to_owned())
}

/// Weights 6 5 7 2 3 4 5 6 7 modulo 11.
fn is_number(value: &str) -> bool {
    let Some(number) = value.strip_prefix("VATPL-") else {
        return true;
    };
    let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
    let weights = [6, 5, 7, 2, 3, 4, 5, 6, 7];
    let sum: u32 = digits
        .iter()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    let whole = number.len() == 10 && digits.len() == 10 && digits.last() == Some(&(sum % 11));
    whole || digits.is_empty()
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
        let all = ["VATPL-5260250275", "VATPL-526025027"].into_iter();
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
