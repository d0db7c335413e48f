//! An issuing CA lists reserved policies explicitly and not anyPolicy.

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, ISSUING},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_issuing_policies",
    citation: "S/MIME BR 7.1.2.2 a",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (ISSUING, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate.policies.as_deref().unwrap_or_default();
    let ours = [oid::ORGANIZATION_MULTIPURPOSE, oid::ORGANIZATION_STRICT];
    let any = found.iter().any(|policy| policy.oid == oid::ANY_POLICY);
    let reserved = found.iter().any(|policy| ours.contains(&policy.oid));
    ensure(reserved && !any, || {
        "the policies are not explicit".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::issuing();
        bad.remove(oid::CERTIFICATE_POLICIES);
        assert!(bad.breaks(&RULE));
        let any = tlv::sequence(&[&tlv::oid(&oid::ANY_POLICY)]);
        bad.set(oid::CERTIFICATE_POLICIES, tlv::sequence(&[&any]));
        assert!(bad.breaks(&RULE));
    }
}
