//! caIssuers is there (their SHOULD), only known methods, every URL http.

use crate::pkix::{oid, tlv};
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_authority_info_access",
    citation: "S/MIME BR 7.1.2.2 c, 7.1.2.3 c",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let access = certificate.access.as_deref().unwrap_or_default();
    let good = access.iter().all(|(method, location)| {
        (*method == oid::CA_ISSUERS || *method == oid::OCSP)
            && location.tag == tlv::primitive(6)
            && location.value.starts_with(b"http://")
    });
    let issuers = access.iter().any(|(method, _)| *method == oid::CA_ISSUERS);
    ensure(good && issuers, || {
        "authorityInfoAccess lacks caIssuers or is not http".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.remove(oid::AUTHORITY_INFO_ACCESS);
        assert!(bad.breaks(&RULE));
        let url = tlv::element(tlv::primitive(6), &[b"https://pki.example.com/ca.cer"]);
        let description = tlv::sequence(&[&tlv::oid(&oid::CA_ISSUERS), &url]);
        bad = Specimen::issuing();
        bad.set(oid::AUTHORITY_INFO_ACCESS, tlv::sequence(&[&description]));
        assert!(bad.breaks(&RULE));
    }
}
