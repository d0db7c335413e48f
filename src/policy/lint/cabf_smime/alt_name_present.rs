//! A leaf has a subjectAltName, and it is not empty.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_alt_name_present",
    citation: "S/MIME BR 7.1.2.3 h",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = certificate
        .alt_names
        .as_ref()
        .is_some_and(|names| !names.is_empty());
    ensure(good, || "subjectAltName is missing or empty".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, alt_names},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| s.remove(oids::SUBJECT_ALT_NAME)),
            Specimen::leaf().but(|s| s.set(oids::SUBJECT_ALT_NAME, alt_names(&[]))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
