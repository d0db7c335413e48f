//! The number of the Polish court register has ten digits, not all zero.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_krs_number",
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
    ensure(wrong.is_none(), || {
        "the KRS number has another form".to_owned()
    })
}

fn is_number(value: &str) -> bool {
    let Some(number) = value
        .strip_prefix("NTRPL-")
        .filter(|number| !number.contains('.'))
    else {
        return true;
    };
    let digits = number.len() == 10 && number.bytes().all(|b| b.is_ascii_digit());
    (digits && number.bytes().any(|b| b != b'0')) || !has_digit(number)
}

/// Words alone are another rule's matter.
fn has_digit(number: &str) -> bool {
    number.bytes().any(|b| b.is_ascii_digit())
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
        let all = ["NTRPL-123456", "NTRPL-0000000000", "NTRPL-000012345X"].into_iter();
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
