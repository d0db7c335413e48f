//! The reserved policy is that of the type and generation whose rules the leaf follows.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, Kind, LEAVES, Level},
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
        Kind::Multipurpose(Level::Mailbox) => oids::MAILBOX_MULTIPURPOSE,
        Kind::Multipurpose(Level::Organization) => oids::ORGANIZATION_MULTIPURPOSE,
        Kind::Multipurpose(Level::Sponsor) => oids::SPONSOR_MULTIPURPOSE,
        Kind::Multipurpose(Level::Individual) => oids::INDIVIDUAL_MULTIPURPOSE,
        Kind::Strict(Level::Mailbox) => oids::MAILBOX_STRICT,
        Kind::Strict(Level::Organization) => oids::ORGANIZATION_STRICT,
        Kind::Strict(Level::Sponsor) => oids::SPONSOR_STRICT,
        Kind::Strict(Level::Individual) => oids::INDIVIDUAL_STRICT,
        Kind::Issuing | Kind::Root | Kind::Responder => return Ok(()),
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
        let with = |specimen: Specimen, policy: &[u8]| {
            specimen.but(|s| s.set(oids::CERTIFICATE_POLICIES, policies(&[policy])))
        };
        vec![
            with(Specimen::leaf(), oids::SPONSOR_MULTIPURPOSE),
            with(Specimen::leaf(), oids::ORGANIZATION_STRICT),
            with(Specimen::strict(), oids::ORGANIZATION_MULTIPURPOSE),
            with(Specimen::mailbox(), oids::MAILBOX_STRICT),
            with(Specimen::mailbox(), oids::INDIVIDUAL_MULTIPURPOSE),
            with(Specimen::sponsor(), oids::ORGANIZATION_MULTIPURPOSE),
            with(Specimen::individual(), oids::MAILBOX_MULTIPURPOSE),
            with(Specimen::individual().strict_too(), oids::SPONSOR_STRICT),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
