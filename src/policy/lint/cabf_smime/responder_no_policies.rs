//! An OCSP responder has neither certificatePolicies nor authorityInfoAccess.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, RESPONDER},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "w_responder_no_policies",
    citation: "TLS BR 7.1.2.8.2",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (RESPONDER, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate.policies.is_some() || certificate.access.is_some();
    ensure(!found, || {
        "certificatePolicies or authorityInfoAccess are there".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, access, alone, policies},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::responder().but(|s| {
                s.set(
                    oids::CERTIFICATE_POLICIES,
                    policies(&[oids::ORGANIZATION_STRICT]),
                )
            }),
            Specimen::responder().but(|s| {
                let url = "http://pki.example.com/ca/issuing-g1.cer";
                s.set(
                    oids::AUTHORITY_INFO_ACCESS,
                    access(&[(oids::CA_ISSUERS, url)]),
                );
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
