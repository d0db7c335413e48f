//! A root ends within the 18 years Mozilla trusts it for mail.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ROOT},
    day, ensure,
    time::DAY,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "w_mozilla_root_life",
    citation: "MRSP 7.4",
    source: Source::RootStore,
    effective: day(2026, 7, 1),
    ineffective: None,
    check: (ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let seconds = certificate.seconds();
    // Eighteen years have four or five leap days; both ends count.
    ensure(seconds <= (18 * 365 + 5) * DAY + 1, || {
        format!("the root is valid for {seconds} s")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::root().but(|s| s.period("2026-12-01T00:00:00Z", "2046-12-01T00:00:00Z"))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
