//! There is no OCSP URL while no responder is live.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, SUBSCRIBED},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_ocsp_url",
    citation: "CPS 7.1.2, MRSP 5.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (SUBSCRIBED, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut access = certificate.access.iter().flatten();
    ensure(!access.any(|access| access.method == oids::OCSP), || {
        "authorityInfoAccess has an OCSP URL".to_owned()
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
            let issuers = (oids::CA_ISSUERS, "http://pki.example.com/ca/issuing-g1.cer");
            let ocsp = (oids::OCSP, "http://ocsp.example.com/");
            s.set(oids::AUTHORITY_INFO_ACCESS, access(&[issuers, ocsp]));
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
