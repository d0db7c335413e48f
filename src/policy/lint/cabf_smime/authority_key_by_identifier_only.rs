//! The authority key identifier names no issuer and serial.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_authority_key_by_identifier_only",
    citation: "S/MIME BR 7.1.2.3 g",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate
        .authority_key
        .is_some_and(|found| found.has_issuer);
    ensure(!found, || {
        "authorityKeyIdentifier has issuer or serial".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::{oid, tlv};
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        let identifier = tlv::element(tlv::primitive(0), &[&[1; 20]]);
        let serial = tlv::element(tlv::primitive(2), &[&[1]]);
        bad.set(
            oid::AUTHORITY_KEY_IDENTIFIER,
            tlv::sequence(&[&identifier, &serial]),
        );
        assert!(bad.breaks(&RULE));
    }
}
