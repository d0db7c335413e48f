//! A policy occurs once.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_policy_once",
    citation: "RFC 5280 4.2.1.4",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut seen = certificate
        .policies
        .iter()
        .flatten()
        .map(|found| found.oid)
        .collect::<Vec<_>>();
    seen.sort_unstable();
    let twice = seen.windows(2).any(|pair| pair.first() == pair.last());
    ensure(!twice, || "a policy occurs twice".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::{oid, tlv};
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::issuing();
        let policy = tlv::sequence(&[&tlv::oid(&oid::ORGANIZATION_STRICT)]);
        bad.set(
            oid::CERTIFICATE_POLICIES,
            tlv::sequence(&[&policy, &policy]),
        );
        assert!(bad.breaks(&RULE));
    }
}
