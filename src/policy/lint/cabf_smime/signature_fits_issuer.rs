//! The signature algorithm is one of the issuer's key: RSA for RSA, the hash of the curve for EC.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, der, ensure,
    issuer::Signer,
    key::Curve,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_signature_fits_issuer",
    citation: "S/MIME BR 7.1.3.2",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let (signer, own) = certificate.signer();
    ensure(fits(certificate.outer_algorithm, signer, own), || {
        "the signature algorithm is not that of the issuer's key".to_owned()
    })
}

/// rsaEncryption's arc.
const RSA: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
/// ecdsa-with-SHA2.
const ECDSA: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
/// sigAlgs of NIST.
const ML_DSA: [u8; 8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03];

/// For the rule about CRLs too. What is on no list is another rule's matter.
pub(super) fn fits(algorithm: &[u8], signer: Signer, own: &[u8]) -> bool {
    let Ok(parts) = der::sole(algorithm, der::SEQUENCE) else {
        return false;
    };
    let oid = parts
        .inside()
        .take(der::OID)
        .map_or(&[][..], |found| found.value);
    let Some((last, arc)) = oid.split_last() else {
        return false;
    };
    match (*last, arc) {
        (0x0a..=0x0d, arc) if arc == RSA => matches!(signer, Signer::Rsa(_)),
        (2, arc) if arc == ECDSA => signer == Signer::Ec(Curve::P256),
        (3, arc) if arc == ECDSA => signer == Signer::Ec(Curve::P384),
        (4, arc) if arc == ECDSA => signer == Signer::Ec(Curve::P521),
        (_, arc) if arc == [0x2b, 0x65] || arc == ML_DSA => {
            signer == Signer::Own && own == algorithm
        }
        _ => true,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| s.algorithm("300a06082a8648ce3d040302")),
            Specimen::leaf().but(|s| s.algorithm("300d06092a864886f70d01010b0500")),
            Specimen::root().but(|s| s.algorithm("300506032b6570")),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
