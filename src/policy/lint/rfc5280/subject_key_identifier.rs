//! The subject key identifier is there and derived from the key: SHA-1 or truncated SHA-256 of
//! the BIT STRING's octets.

use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::pkix::tlv;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_subject_key_identifier",
    citation: "RFC 5280 4.2.1.2, RFC 7093 2",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let octets = tlv::only(certificate.view.spki, tlv::SEQUENCE)
        .and_then(|spki| {
            let mut fields = spki.reader();
            fields.any()?;
            fields.expect(tlv::BIT_STRING)?.bit_octets()
        })
        .unwrap_or_default();
    let sha256 = Sha256::digest(octets);
    let sha1 = Sha1::digest(octets);
    let good = certificate
        .subject_key
        .is_some_and(|found| sha1.as_slice() == found || sha256.get(..20) == Some(found));
    ensure(good, || {
        "subjectKeyIdentifier is not derived from the key".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::oid;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.remove(oid::SUBJECT_KEY_IDENTIFIER);
        assert!(bad.breaks(&RULE));
        let mut bad = Specimen::leaf();
        bad.set(
            oid::SUBJECT_KEY_IDENTIFIER,
            tlv::element(tlv::OCTET_STRING, &[&[1; 20]]),
        );
        assert!(bad.breaks(&RULE));
    }
}
