//! Every CRL is fetched over plain http.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, SUBSCRIBED},
    day, ensure,
    name::GeneralName,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_crl_point_http",
    citation: "S/MIME BR 7.1.2.2 b, 7.1.2.3 b",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (SUBSCRIBED, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let points = certificate.crl_points.as_ref();
    let good = points.is_none_or(|points| points.names.iter().all(GeneralName::is_http));
    ensure(good, || "a CRL is not fetched over http".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, crl_points},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let all = ["https://pki.example.com/0.crl", "ldap://example.com/0"].into_iter();
        all.map(|url| {
            Specimen::leaf().but(|s| s.set(oids::CRL_DISTRIBUTION_POINTS, crl_points(&[url])))
        })
        .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
