//! There are no subjectDirectoryAttributes.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_subject_directory_attributes",
    citation: "S/MIME BR 7.1.2.3 k",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate.extension(oids::SUBJECT_DIRECTORY_ATTRIBUTES);
    ensure(found.is_none(), || {
        "subjectDirectoryAttributes are there".to_owned()
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
        vec![Specimen::leaf().but(|s| s.set(oids::SUBJECT_DIRECTORY_ATTRIBUTES, vec![0x30, 0]))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
