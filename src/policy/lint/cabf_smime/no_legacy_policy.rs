//! No policy of the legacy generation.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
    extensions::Policy,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_legacy_policy",
    citation: "S/MIME BR 7.1.6.1",
    source: Source::CabfSmime,
    effective: day(2025, 7, 15),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate.policies.iter().flatten().any(Policy::is_legacy);
    ensure(!found, || {
        "a policy of the legacy generation is there".to_owned()
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
        vec![Specimen::leaf().but(|s| {
            let legacy = policies(&[b"\x67\x81\x0c\x01\x05\x02\x01"]);
            s.set(oids::CERTIFICATE_POLICIES, legacy);
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
