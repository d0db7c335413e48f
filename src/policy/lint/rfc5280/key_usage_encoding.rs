//! keyUsage has at least one bit and no zero bits at its end.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_key_usage_encoding",
    citation: "RFC 5280 4.2.1.3, X.690 11.2.2",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = certificate.key_usage.is_none_or(|usage| usage.is_minimal);
    ensure(good, || {
        "keyUsage is empty or has trailing zeros".to_owned()
    })
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
            Specimen::leaf().but(|s| s.set(oids::KEY_USAGE, vec![3, 2, 0, 0xa0])),
            Specimen::leaf().but(|s| s.set(oids::KEY_USAGE, vec![3, 3, 0, 0xa0, 0])),
            Specimen::leaf().but(|s| s.set(oids::KEY_USAGE, vec![3, 1, 0])),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
