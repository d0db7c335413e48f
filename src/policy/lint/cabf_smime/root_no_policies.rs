//! A root has no certificatePolicies.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ROOT},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "w_root_no_policies",
    citation: "S/MIME BR 7.1.2.1 d",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    ensure(certificate.policies.is_none(), || {
        "certificatePolicies are there".to_owned()
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
            Specimen::root()
                .but(|s| s.set(oids::CERTIFICATE_POLICIES, policies(&[oids::ANY_POLICY]))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
