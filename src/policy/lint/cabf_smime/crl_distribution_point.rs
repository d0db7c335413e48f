//! At least one CRL URL, every one http, no other fields.

use crate::pkix::tlv::{self, Element};
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_crl_distribution_point",
    citation: "S/MIME BR 7.1.2.2 b, 7.1.2.3 b",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = certificate
        .distribution_points
        .as_ref()
        .is_some_and(|points| {
            let http = |name: &Element<'_>| {
                name.tag == tlv::primitive(6) && name.value.starts_with(b"http://")
            };
            !points.names.is_empty() && !points.has_other && points.names.iter().all(http)
        });
    ensure(good, || {
        "cRLDistributionPoints lacks http URLs or has other fields".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::oid;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for mut bad in [Specimen::leaf(), Specimen::issuing()] {
            bad.remove(oid::CRL_DISTRIBUTION_POINTS);
            assert!(bad.breaks(&RULE));
        }
        for url in ["https://pki.example.com/a.crl", "ldap://example.com/"] {
            let name = tlv::element(tlv::primitive(6), &[url.as_bytes()]);
            let full = tlv::element(tlv::constructed(0), &[&name]);
            let point = tlv::sequence(&[&tlv::element(tlv::constructed(0), &[&full])]);
            let mut bad = Specimen::leaf();
            bad.set(oid::CRL_DISTRIBUTION_POINTS, tlv::sequence(&[&point]));
            assert!(bad.breaks(&RULE));
        }
        let reasons = tlv::sequence(&[&tlv::element(tlv::primitive(1), &[&[1, 2]])]);
        let mut bad = Specimen::leaf();
        bad.set(oid::CRL_DISTRIBUTION_POINTS, tlv::sequence(&[&reasons]));
        assert!(bad.breaks(&RULE));
    }
}
