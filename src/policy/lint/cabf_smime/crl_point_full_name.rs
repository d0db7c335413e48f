//! A distribution point is a full name: no reasons, no other issuer, no relative name.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, SUBSCRIBED},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_crl_point_full_name",
    citation: "S/MIME BR 7.1.2.2 b, 7.1.2.3 b, RFC 5280 4.2.1.13",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (SUBSCRIBED, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let points = certificate.crl_points.as_ref();
    ensure(points.is_none_or(|points| !points.has_other), || {
        "a distribution point has other fields".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, full_name},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let reasons = tlv::element(tlv::primitive(1), &[&[1, 2]]);
        let only = tlv::sequence(&[&tlv::sequence(&[&reasons])]);
        let url = full_name(&["http://pki.example.com/crl/issuing-g1/0.crl"]);
        let beside = tlv::sequence(&[&tlv::sequence(&[&url, &reasons])]);
        let all = [only, beside].into_iter();
        all.map(|value| Specimen::leaf().but(|s| s.set(oids::CRL_DISTRIBUTION_POINTS, value)))
            .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
