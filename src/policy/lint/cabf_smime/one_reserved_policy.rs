//! A leaf has exactly one reserved policy.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_one_reserved_policy",
    citation: "S/MIME BR 7.1.2.3 a, 7.1.6.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let policies = certificate.policies.iter().flatten();
    let count = policies.filter(|policy| policy.is_reserved()).count();
    ensure(count == 1, || {
        format!("there are {count} reserved policies")
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
            Specimen::leaf().but(|s| s.remove(oids::CERTIFICATE_POLICIES)),
            Specimen::leaf().but(|s| {
                let both = [oids::ORGANIZATION_MULTIPURPOSE, oids::ORGANIZATION_STRICT];
                s.set(oids::CERTIFICATE_POLICIES, policies(&both));
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
