//! No policy occurs twice.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_policy_once",
    citation: "RFC 5280 4.2.1.4",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut seen: Vec<&[u8]> = certificate
        .policies
        .iter()
        .flatten()
        .map(|found| found.oid)
        .collect();
    seen.sort_unstable();
    let twice = seen.windows(2).any(|pair| pair.first() == pair.last());
    ensure(!twice, || "a policy occurs twice".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, policies},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::issuing().but(|s| {
            let twice = [oids::ORGANIZATION_STRICT, oids::ORGANIZATION_STRICT];
            s.set(oids::CERTIFICATE_POLICIES, policies(&twice));
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
