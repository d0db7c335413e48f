//! What is no CA does not say it is one.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ENDS},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_end_is_no_ca",
    citation: "S/MIME BR 7.1.2.3 d",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ENDS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate.basic_constraints.is_some_and(|found| found.ca);
    ensure(!found, || "basicConstraints are those of a CA".to_owned())
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
            Specimen::leaf()
                .but(|s| s.set(oids::BASIC_CONSTRAINTS, hex::decode("30030101ff").unwrap())),
            Specimen::responder().but(|s| {
                s.set(oids::BASIC_CONSTRAINTS, hex::decode("30030101ff").unwrap());
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
