//! Policies are bare identifiers.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_policy_without_qualifiers",
    citation: "CPS 7.1.8, RFC 5280 4.2.1.4",
    source: Source::Cps,
    effective: "2026-11-01",
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate
        .policies
        .iter()
        .flatten()
        .any(|policy| policy.has_qualifiers);
    ensure(!found, || "a policy has qualifiers".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::{oid, tlv};
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        let policy = tlv::oid(&oid::ORGANIZATION_MULTIPURPOSE);
        let policy = tlv::sequence(&[&policy, &[0x30, 0]]);
        bad.set(oid::CERTIFICATE_POLICIES, tlv::sequence(&[&policy]));
        assert!(bad.breaks(&RULE));
    }
}
