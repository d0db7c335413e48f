//! An issuing CA has pathLen 0: no CA below it.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ISSUING},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_issuing_path_length",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (ISSUING, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate.basic_constraints;
    ensure(
        found.is_none_or(|found| !found.ca || found.path_len == Some(&[0])),
        || "pathLen is not 0".to_owned(),
    )
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
            Specimen::issuing()
                .but(|s| s.set(oids::BASIC_CONSTRAINTS, hex::decode("30030101ff").unwrap())),
            Specimen::issuing().but(|s| {
                s.set(
                    oids::BASIC_CONSTRAINTS,
                    hex::decode("30060101ff020101").unwrap(),
                )
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
