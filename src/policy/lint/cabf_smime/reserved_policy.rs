//! Exactly one reserved policy, the one of the profile's type and generation, and never
//! anyPolicy.

use const_oid::ObjectIdentifier;

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};
use crate::{pkix::oid, policy::lint::certificate::Kind};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_reserved_policy",
    citation: "S/MIME BR 7.1.6.1",
    source: Source::CabfSmime,
    effective: "2025-07-15",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wanted = match certificate.kind {
        Kind::Strict => oid::ORGANIZATION_STRICT,
        _ => oid::ORGANIZATION_MULTIPURPOSE,
    };
    let reserved = ObjectIdentifier::new_unwrap("2.23.140.1.5");
    let mut found = certificate
        .policies
        .iter()
        .flatten()
        .map(|policy| policy.oid);
    let relevant = found
        .by_ref()
        .filter(|oid| oid.as_bytes().starts_with(reserved.as_bytes()) || *oid == oid::ANY_POLICY)
        .collect::<Vec<_>>();
    ensure(relevant == [wanted], || {
        format!("reserved policies are {relevant:?}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for policies in [
            vec![oid::ORGANIZATION_STRICT],
            vec![oid::ORGANIZATION_MULTIPURPOSE, oid::ORGANIZATION_STRICT],
            vec![oid::ORGANIZATION_MULTIPURPOSE, oid::ANY_POLICY],
            vec![ObjectIdentifier::new_unwrap("2.23.140.1.5.2.1")],
            vec![ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1")],
        ] {
            let mut bad = Specimen::leaf();
            let list = policies
                .iter()
                .flat_map(|oid| tlv::sequence(&[&tlv::oid(oid)]));
            let value = tlv::sequence(&[&list.collect::<Vec<_>>()]);
            bad.set(oid::CERTIFICATE_POLICIES, value);
            assert!(bad.breaks(&RULE));
        }
    }
}
