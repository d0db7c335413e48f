//! A certificate neither begins before its issuer nor outlives it.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_validity_within_issuer",
    citation: "CPS 6.3.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = certificate.issuer.is_some_and(|issuer| {
        certificate.not_before.seconds >= issuer.not_before
            && certificate.not_after.seconds <= issuer.not_after
    });
    ensure(good, || "the period is not within the issuer's".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::issuing().but(|s| s.period("2026-12-01T00:00:00Z", "2046-01-01T00:00:00Z")),
            Specimen::issuing().but(|s| {
                s.period("2025-12-31T23:59:59Z", "2035-12-01T00:00:00Z");
                s.signed_at = Some("2026-12-01T00:00:00Z".parse().unwrap());
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
