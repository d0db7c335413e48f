//! A subordinate CA has certificatePolicies.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ISSUING},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_issuing_policies_present",
    citation: "S/MIME BR 7.1.2.2 a",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ISSUING, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = certificate
        .policies
        .as_ref()
        .is_some_and(|found| !found.is_empty());
    ensure(good, || {
        "certificatePolicies are missing or empty".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, policies},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::issuing().but(|s| s.remove(oids::CERTIFICATE_POLICIES)),
            Specimen::issuing().but(|s| s.set(oids::CERTIFICATE_POLICIES, policies(&[]))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
