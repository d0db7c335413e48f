//! No value begins or ends with a blank.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_value_trimmed",
    citation: "CPS 7.1.4",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .subject
        .iter()
        .find(|found| found.text.trim() != found.text);
    ensure(wrong.is_none(), || {
        let found = wrong.map(|found| oids::dotted(found.oid));
        format!("{found:?} has a blank at an end")
    })
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
        vec![
            Specimen::leaf().but(|s| s.put(oids::LOCALITY, tlv::UTF8_STRING, "Łódź ")),
            Specimen::leaf().but(|s| s.put(oids::LOCALITY, tlv::UTF8_STRING, "\u{a0}Łódź")),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
