//! A certificate says where its issuer's certificate is.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, SUBSCRIBED},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "w_ca_issuers_present",
    citation: "S/MIME BR 7.1.2.2 c, 7.1.2.3 c",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (SUBSCRIBED, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut access = certificate.access.iter().flatten();
    ensure(
        access.any(|access| access.method == oids::CA_ISSUERS),
        || "authorityInfoAccess has no caIssuers".to_owned(),
    )
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
            Specimen::leaf().but(|s| s.remove(oids::AUTHORITY_INFO_ACCESS)),
            Specimen::issuing().but(|s| s.remove(oids::AUTHORITY_INFO_ACCESS)),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
