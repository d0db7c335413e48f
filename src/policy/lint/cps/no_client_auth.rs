//! No certificate is for client authentication.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, OPEN},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_client_auth",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (OPEN, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut further = certificate.further_purposes();
    ensure(!further.any(|oid| oid == oids::CLIENT_AUTH), || {
        "extKeyUsage has clientAuth".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, purposes},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| {
                let all = [oids::EMAIL_PROTECTION, oids::CLIENT_AUTH];
                s.set(oids::EXT_KEY_USAGE, purposes(&all));
            }),
            Specimen::issuing().but(|s| {
                let all = [oids::EMAIL_PROTECTION, oids::CLIENT_AUTH];
                s.set(oids::EXT_KEY_USAGE, purposes(&all));
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
