//! Leaves and subordinate CAs say where their CRL is.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, SUBSCRIBED},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_crl_point_present",
    citation: "S/MIME BR 7.1.2.2 b, 7.1.2.3 b",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (SUBSCRIBED, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = certificate
        .crl_points
        .as_ref()
        .is_some_and(|points| !points.names.is_empty() || points.has_other);
    ensure(good, || {
        "cRLDistributionPoints are missing or empty".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| s.remove(oids::CRL_DISTRIBUTION_POINTS)),
            Specimen::issuing().but(|s| s.remove(oids::CRL_DISTRIBUTION_POINTS)),
            Specimen::leaf().but(|s| s.set(oids::CRL_DISTRIBUTION_POINTS, vec![0x30, 0])),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
