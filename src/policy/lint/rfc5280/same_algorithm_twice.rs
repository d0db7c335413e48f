//! signature and signatureAlgorithm are the same bytes.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_same_algorithm_twice",
    citation: "RFC 5280 4.1.1.2",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    ensure(
        certificate.inner_algorithm == certificate.outer_algorithm,
        || "signature and signatureAlgorithm differ".to_owned(),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| {
            s.inner_algorithm = hex::decode("300a06082a8648ce3d040302").unwrap();
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
