//! A registration number has a digit: words in its place are no number.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_reference_has_digit",
    citation: "CPS 3.2.3, S/MIME BR App. A.1",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .values(oids::ORGANIZATION_IDENTIFIER)
        .find(|value| !has_number(value));
    ensure(wrong.is_none(), || "the reference has no digit".to_owned())
}

fn has_number(value: &str) -> bool {
    let numbered = ["NTR", "VAT", "PSD"]
        .iter()
        .any(|scheme| value.starts_with(scheme));
    let reference = value
        .split_once('-')
        .map_or("", |(_, reference)| reference.trim());
    !numbered || reference.is_empty() || reference.bytes().any(|b| b.is_ascii_digit())
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
        let all = ["NTRPL-Government Entity", "NTRPL-brak"].into_iter();
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
