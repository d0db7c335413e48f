//! The subject key identifier is derived from the public key.

use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_subject_key_identifier",
    citation: "RFC 5280 4.2.1.2, RFC 7093 2",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Some(found) = certificate.subject_key else {
        return Ok(());
    };
    let sha256 = Sha256::digest(certificate.key.octets);
    let good =
        sha256.get(..20) == Some(found) || Sha1::digest(certificate.key.octets).as_slice() == found;
    ensure(good, || {
        "subjectKeyIdentifier is not derived from the key".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| {
            s.set(
                oids::SUBJECT_KEY_IDENTIFIER,
                tlv::element(tlv::OCTET_STRING, &[&[1; 20]]),
            );
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
