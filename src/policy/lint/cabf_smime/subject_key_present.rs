//! What is no CA has a subject key identifier too.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ENDS},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "w_subject_key_present",
    citation: "S/MIME BR 7.1.2.3 i",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ENDS, check),
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
        vec![Specimen::leaf().but(|s| s.remove(oids::SUBJECT_KEY_IDENTIFIER))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
