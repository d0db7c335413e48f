//! A CA has a subject key identifier.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{CAS, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_ca_subject_key_present",
    citation: "RFC 5280 4.2.1.2",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (CAS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    ensure(certificate.subject_key.is_some(), || {
        "subjectKeyIdentifier is missing".to_owned()
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
        vec![Specimen::issuing().but(|s| s.remove(oids::SUBJECT_KEY_IDENTIFIER))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
