//! notAfter is not before notBefore.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_validity_order",
    citation: "RFC 5280 4.1.2.5",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = certificate.not_before.seconds <= certificate.not_after.seconds;
    ensure(good, || "notAfter lies before notBefore".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| s.times((0x17, "261202000000Z"), (0x17, "261201235959Z")))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
