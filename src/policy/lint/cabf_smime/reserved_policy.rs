//! The reserved policy is that of the type and generation whose rules the leaf follows.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, Kind, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_reserved_policy",
    citation: "S/MIME BR 7.1.6.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wanted = match certificate.kind {
        Kind::Strict => oids::ORGANIZATION_STRICT,
        _ => oids::ORGANIZATION_MULTIPURPOSE,
    };
    let policies = certificate.policies.iter().flatten();
    let mut reserved = policies.filter(|policy| policy.is_reserved() && !policy.is_legacy());
    let first = reserved.clone().next();
    ensure(
        first.is_none() || reserved.any(|policy| policy.oid == wanted),
        || {
            let found = first.map(|policy| oids::dotted(policy.oid));
            format!("the reserved policy is {found:?}")
        },
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, policies},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        // Sponsor-validated, multipurpose.
        let sponsor = b"\x67\x81\x0c\x01\x05\x03\x02";
        vec![
            Specimen::leaf().but(|s| s.set(oids::CERTIFICATE_POLICIES, policies(&[sponsor]))),
            Specimen::strict().but(|s| {
                let other = policies(&[oids::ORGANIZATION_MULTIPURPOSE]);
                s.set(oids::CERTIFICATE_POLICIES, other);
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
