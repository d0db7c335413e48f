//! Neither a CA nor a leaf has OCSPSigning: whoever holds such a key could answer for its issuer.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, OPEN},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_ocsp_signing",
    citation: "S/MIME BR 4.9.9, 7.1.2.2 g",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (OPEN, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut found = certificate.purposes.iter().flatten();
    ensure(!found.any(|oid| *oid == oids::OCSP_SIGNING), || {
        "extKeyUsage has OCSPSigning".to_owned()
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
            Specimen::issuing().but(|s| {
                let all = [oids::EMAIL_PROTECTION, oids::OCSP_SIGNING];
                s.set(oids::EXT_KEY_USAGE, purposes(&all));
            }),
            Specimen::leaf().but(|s| {
                let all = [oids::EMAIL_PROTECTION, oids::OCSP_SIGNING];
                s.set(oids::EXT_KEY_USAGE, purposes(&all));
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
