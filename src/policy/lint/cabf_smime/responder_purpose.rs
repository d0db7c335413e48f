//! An OCSP responder has OCSPSigning.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, RESPONDER},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_responder_purpose",
    citation: "S/MIME BR 4.9.9, RFC 6960 4.2.2.2",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (RESPONDER, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut found = certificate.purposes.iter().flatten();
    ensure(found.any(|oid| *oid == oids::OCSP_SIGNING), || {
        "extKeyUsage has no OCSPSigning".to_owned()
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
            Specimen::responder().but(|s| s.remove(oids::EXT_KEY_USAGE)),
            Specimen::responder().but(|s| s.set(oids::EXT_KEY_USAGE, purposes(&[]))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
