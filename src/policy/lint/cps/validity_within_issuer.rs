//! A certificate neither begins before its issuer nor outlives it.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_validity_within_issuer",
    citation: "CPS 6.3.2",
    source: Source::Cps,
    effective: "2026-11-01",
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Some(issuer) = certificate.issuer else {
        return Err("there is no issuer to compare with".to_owned());
    };
    let (inner, outer) = (certificate.validity, issuer.validity());
    let good = inner.not_before() >= outer.not_before() && inner.not_after() <= outer.not_after();
    ensure(good, || "the period is not within the issuer's".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::validity::Validity;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for (begin, end) in [
            ("2026-12-01T00:00:00Z", "2999-01-01T00:00:00Z"),
            ("2000-01-01T00:00:00Z", "2000-02-01T00:00:00Z"),
        ] {
            let mut bad = Specimen::leaf();
            let validity = Validity::new(begin.parse().unwrap(), end.parse().unwrap()).unwrap();
            bad.validity = validity.to_der();
            assert!(bad.breaks(&RULE));
        }
    }
}
