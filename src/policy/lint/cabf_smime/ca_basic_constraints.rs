//! A CA says that it is one.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{CAS, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_ca_basic_constraints",
    citation: "S/MIME BR 7.1.2.1 b, 7.1.2.2 d",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (CAS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    ensure(
        certificate.basic_constraints.is_some_and(|found| found.ca),
        || "basicConstraints are not those of a CA".to_owned(),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::issuing().but(|s| s.remove(oids::BASIC_CONSTRAINTS)),
            Specimen::root().but(|s| s.set(oids::BASIC_CONSTRAINTS, vec![0x30, 0])),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
