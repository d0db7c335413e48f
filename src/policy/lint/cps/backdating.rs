//! A certificate begins at most an hour before it is signed, and not after.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ENDS},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_backdating",
    citation: "CPS 6.3.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (ENDS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let begin = certificate.not_before.seconds;
    let good = certificate
        .signed_at
        .is_none_or(|now| begin <= now && now.saturating_sub(begin) <= 3600);
    ensure(good, || "notBefore is not the time of signing".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        let signed = |at: &str| {
            let at = Some(at.parse().unwrap());
            Specimen::leaf().but(|s| {
                s.period("2026-12-01T12:00:00Z", "2027-11-30T11:59:59Z");
                s.signed_at = at;
            })
        };
        vec![
            signed("2026-12-01T13:00:01Z"),
            signed("2026-12-01T11:59:59Z"),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
