//! A leaf is not signed by an RSA key with fewer than 3072 bits.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day,
    issuer::Signer,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_rsa_issuer_3072",
    citation: "S/MIME BR 6.1.5",
    source: Source::CabfSmime,
    effective: day(2027, 9, 15),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    match certificate.signer() {
        (Signer::Rsa(bits), _) if bits < 3072 => {
            Err(format!("the issuer's modulus has {bits} bits"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::{certificate::CaCertificate, tlv};
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, keys},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let small = Specimen::issuing().but(|s| s.key(keys::rsa_of(256)));
        let key = &small
            .extensions
            .iter()
            .find(|e| e.0 == oids::SUBJECT_KEY_IDENTIFIER);
        let identifier = key.unwrap().2.clone();
        let mut bad = Specimen::leaf();
        bad.issuer = Some(CaCertificate::from_der(&small.der()).unwrap());
        bad.algorithm("300d06092a864886f70d01010b0500");
        bad.period("2027-10-01T00:00:00Z", "2028-09-30T23:59:59Z");
        let identifier = tlv::element(tlv::primitive(0), &[&identifier[2..]]);
        bad.set(
            oids::AUTHORITY_KEY_IDENTIFIER,
            tlv::sequence(&[&identifier]),
        );
        vec![bad]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
