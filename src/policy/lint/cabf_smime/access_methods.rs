//! authorityInfoAccess has caIssuers and ocsp only.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_access_methods",
    citation: "S/MIME BR 7.1.2.2 c, 7.1.2.3 c",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut access = certificate.access.iter().flatten();
    let wrong = access.find(|access| ![oids::CA_ISSUERS, oids::OCSP].contains(&access.method));
    ensure(wrong.is_none(), || {
        let found = wrong.map(|access| oids::dotted(access.method));
        format!("authorityInfoAccess has the method {found:?}")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, access, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| {
            let url = "http://pki.example.com/ca/issuing-g1.cer";
            // id-ad-caRepository.
            let repository = b"\x2b\x06\x01\x05\x05\x07\x30\x05";
            let value = access(&[(oids::CA_ISSUERS, url), (repository, url)]);
            s.set(oids::AUTHORITY_INFO_ACCESS, value);
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
