//! An OCSP responder lives at most 90 days, because nobody can revoke it.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, RESPONDER},
    day, ensure,
    time::DAY,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_responder_validity",
    citation: "CPS 6.3.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (RESPONDER, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let seconds = certificate.seconds();
    ensure(seconds <= 90 * DAY, || {
        format!("the responder is valid for {seconds} s")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::responder().but(|s| s.period("2026-12-01T00:00:00Z", "2027-03-01T00:00:00Z")),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
