//! authorityInfoAccess is not critical.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_access_not_critical",
    citation: "RFC 5280 4.2.2.1",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.has_flag(oids::AUTHORITY_INFO_ACCESS, true);
    ensure(!wrong, || "authorityInfoAccess is critical".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| s.critical(oids::AUTHORITY_INFO_ACCESS, true))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
