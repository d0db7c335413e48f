//! subjectAltName is not critical, because the subject is not empty.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "w_alt_name_not_critical",
    citation: "S/MIME BR 7.1.2.3 h, RFC 5280 4.2.1.6",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.has_flag(oids::SUBJECT_ALT_NAME, true);
    ensure(!wrong, || "subjectAltName is critical".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| s.critical(oids::SUBJECT_ALT_NAME, true))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
