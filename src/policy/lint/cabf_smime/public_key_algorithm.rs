//! The key's AlgorithmIdentifier is on the list, byte for byte.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_public_key_algorithm",
    citation: "S/MIME BR 7.1.3.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate.key.algorithm;
    ensure(PERMITTED.contains(&found), || {
        format!("the key algorithm is {}", hex::encode(found))
    })
}

/// RSA, P-256, P-384, P-521, Ed25519, Ed448, ML-DSA, ML-KEM.
const PERMITTED: [&[u8]; 12] = [
    b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00",
    b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
    b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22",
    b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23",
    b"\x30\x05\x06\x03\x2b\x65\x70",
    b"\x30\x05\x06\x03\x2b\x65\x71",
    b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11",
    b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x12",
    b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x13",
    b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x04\x01",
    b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x04\x02",
    b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x04\x03",
];

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone, keys};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf()
                .but(|s| s.key(keys::raw("300b06092a864886f70d010101", &keys::rsa_octets()))),
            Specimen::leaf()
                .but(|s| s.key(keys::raw("300b06092a864886f70d01010a", &keys::rsa_octets()))),
            Specimen::ec_leaf()
                .but(|s| s.key(keys::raw("301006072a8648ce3d020106052b8104000a", &[4; 65]))),
            Specimen::ec_leaf().but(|s| s.key(keys::raw("300506032b656e", &[4; 32]))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
