//! A leaf never has anyPolicy.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_any_policy",
    citation: "S/MIME BR 7.1.6.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut policies = certificate.policies.iter().flatten();
    let found = policies.any(|policy| policy.oid == oids::ANY_POLICY);
    ensure(!found, || "anyPolicy is there".to_owned())
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
            let any = [oids::ORGANIZATION_MULTIPURPOSE, oids::ANY_POLICY];
            s.set(oids::CERTIFICATE_POLICIES, policies(&any));
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
