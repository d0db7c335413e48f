//! There are no unique identifiers.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_unique_ids",
    citation: "RFC 5280 4.1.2.8",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    ensure(!certificate.has_unique_id, || {
        "a unique identifier is there".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| s.unique_id = true)]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
