//! The attributes stand in the order the CPS states.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_name_order",
    citation: "CPS 7.1.4",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let places = certificate
        .subject
        .iter()
        .filter_map(|found| ORDER.iter().position(|oid| *oid == found.oid));
    ensure(places.is_sorted(), || {
        "the attributes stand in another order".to_owned()
    })
}

const ORDER: [&[u8]; 15] = [
    oids::COUNTRY,
    oids::STATE_OR_PROVINCE,
    oids::LOCALITY,
    oids::POSTAL_CODE,
    oids::STREET_ADDRESS,
    oids::ORGANIZATION,
    oids::ORGANIZATIONAL_UNIT,
    oids::ORGANIZATION_IDENTIFIER,
    oids::TITLE,
    oids::GIVEN_NAME,
    oids::SURNAME,
    oids::PSEUDONYM,
    oids::SERIAL_NUMBER,
    oids::COMMON_NAME,
    oids::EMAIL_ADDRESS,
];

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| s.subject.reverse()),
            Specimen::leaf().but(|s| s.subject.swap(0, 1)),
            Specimen::individual().but(|s| s.subject.reverse()),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
