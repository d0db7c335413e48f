//! keyUsage is critical.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "w_key_usage_critical",
    citation: "RFC 5280 4.2.1.3, S/MIME BR 7.1.2.3 e",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.has_flag(oids::KEY_USAGE, false);
    ensure(!wrong, || "keyUsage is not critical".to_owned())
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
            Specimen::leaf().but(|s| s.critical(oids::KEY_USAGE, false)),
            Specimen::issuing().but(|s| s.critical(oids::KEY_USAGE, false)),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
