//! The authority key identifier names no issuer and serial.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_authority_key_by_identifier_only",
    citation: "S/MIME BR 7.1.2.3 g",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
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
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::issuance::samples;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| {
            let issuer = samples::ISSUING.certificate.key_identifier();
            let identifier = tlv::element(tlv::primitive(0), &[issuer]);
            let serial = tlv::element(tlv::primitive(2), &[&[1]]);
            s.set(
                oids::AUTHORITY_KEY_IDENTIFIER,
                tlv::sequence(&[&identifier, &serial]),
            );
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
