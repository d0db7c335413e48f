//! The country is one ISO 3166-1 assigns: this CA never writes XX.

use crate::policy::country;
use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_country_assigned",
    citation: "CPS 7.1.4",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.values(oids::COUNTRY).find(|value| {
        let letters = value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase());
        letters && country::parse(value).is_none()
    });
    ensure(wrong.is_none(), || format!("country is {wrong:?}"))
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
            Specimen::issuing().but(|s| s.put(oids::COUNTRY, tlv::PRINTABLE_STRING, "XX")),
            Specimen::root().but(|s| {
                s.put(oids::COUNTRY, tlv::PRINTABLE_STRING, "UK");
                s.issuer_name = s.subject_name();
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
