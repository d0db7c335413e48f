//! From 2027-07-01 extKeyUsage has clientAuth beside emailProtection and nothing else.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, OPEN},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_purposes_of_2027",
    citation: "S/MIME BR 7.1.2.2 g, 7.1.2.3 f (1.0.16)",
    source: Source::CabfSmime,
    effective: day(2027, 7, 1),
    ineffective: None,
    check: (OPEN, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut further = certificate.further_purposes();
    // An issuing CA never answers OCSP: a rule of its own.
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
        // id-kp-documentSigning, RFC 9336.
        let signing = b"\x2b\x06\x01\x05\x05\x07\x03\x24";
        let value = purposes(&[oids::EMAIL_PROTECTION, signing]);
        vec![
            Specimen::leaf().but(|s| {
                s.set(oids::EXT_KEY_USAGE, value.clone());
                s.period("2027-07-01T00:00:00Z", "2028-06-30T23:59:59Z");
            }),
            Specimen::issuing().but(|s| {
                s.set(oids::EXT_KEY_USAGE, value);
                s.period("2027-07-01T00:00:00Z", "2036-06-30T23:59:59Z");
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
