//! A leaf has no purpose of its own invention; from 2027-07-01 S/MIME BR 7.1.2.3 f says the same.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, MULTIPURPOSE},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_other_purpose",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: Some(day(2027, 7, 1)),
    check: (MULTIPURPOSE, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut further = certificate.further_purposes();
    let wrong = further.find(|oid| ![oids::CLIENT_AUTH, oids::OCSP_SIGNING].contains(oid));
    ensure(wrong.is_none(), || {
        format!("extKeyUsage has {:?}", wrong.map(oids::dotted))
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
        vec![Specimen::leaf().but(|s| {
            // id-kp-documentSigning, RFC 9336.
            let signing = b"\x2b\x06\x01\x05\x05\x07\x03\x24";
            s.set(
                oids::EXT_KEY_USAGE,
                purposes(&[oids::EMAIL_PROTECTION, signing]),
            );
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
