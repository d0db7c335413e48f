//! Policies are bare identifiers.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_policy_without_qualifiers",
    citation: "CPS 7.1.8, RFC 5280 4.2.1.4",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut policies = certificate.policies.iter().flatten();
    let found = policies.any(|policy| policy.has_qualifiers && policy.has_lawful_qualifiers);
    ensure(!found, || "a policy has qualifiers".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, qualified},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| {
            let url = tlv::element(tlv::IA5_STRING, &[b"https://pki.example.com/cps"]);
            s.set(
                oids::CERTIFICATE_POLICIES,
                qualified(oids::CPS_QUALIFIER, &url),
            );
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
