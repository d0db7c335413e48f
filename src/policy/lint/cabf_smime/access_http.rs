//! Every location in authorityInfoAccess is a plain http URL.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_access_http",
    citation: "S/MIME BR 7.1.2.2 c, 7.1.2.3 c",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut access = certificate.access.iter().flatten();
    ensure(access.all(|access| access.location.is_http()), || {
        "a location is no http URL".to_owned()
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
        vec![
            Specimen::leaf().but(|s| {
                let url = "https://pki.example.com/ca/issuing-g1.cer";
                s.set(
                    oids::AUTHORITY_INFO_ACCESS,
                    access(&[(oids::CA_ISSUERS, url)]),
                );
            }),
            Specimen::issuing().but(|s| {
                let url = "ldap://pki.example.com/root";
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
