//! A leaf does not use the last day it may.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
    time::DAY,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "w_validity_at_maximum",
    citation: "S/MIME BR 6.3.2",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let seconds = certificate.seconds();
    ensure(seconds != 825 * DAY, || {
        format!("the certificate is valid for {seconds} s")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| s.period("2026-12-01T00:00:00Z", "2029-03-04T23:59:59Z"))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
