//! A leaf has its reserved policy and no other.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_other_policy",
    citation: "CPS 7.1.6",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut policies = certificate.policies.iter().flatten();
    let wrong = policies.find(|policy| !policy.is_reserved() && policy.oid != oids::ANY_POLICY);
    ensure(wrong.is_none(), || {
        let found = wrong.map(|policy| oids::dotted(policy.oid));
        format!("this CA has no policy {found:?}")
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
        vec![Specimen::leaf().but(|s| {
            // An arc for documentation, RFC 5612.
            let other = b"\x2b\x06\x01\x04\x01\x81\xfd\x59\x01";
            let both = policies(&[oids::ORGANIZATION_MULTIPURPOSE, other]);
            s.set(oids::CERTIFICATE_POLICIES, both);
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
