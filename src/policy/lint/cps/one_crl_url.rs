//! There is one CRL URL: its partition is fixed for life.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, SUBSCRIBED},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_one_crl_url",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (SUBSCRIBED, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let count = certificate
        .crl_points
        .as_ref()
        .map_or(1, |points| points.names.len());
    ensure(count <= 1, || format!("there are {count} CRL URLs"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, crl_points},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| {
            let both = [
                "http://pki.example.com/0.crl",
                "http://pki.example.com/1.crl",
            ];
            s.set(oids::CRL_DISTRIBUTION_POINTS, crl_points(&both));
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
