//! Only attributes an organization-validated leaf of the generation may have.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};
use crate::{pkix::oid, policy::lint::certificate::Kind};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_subject_attributes_allowed",
    citation: "S/MIME BR 7.1.4.2.4",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .subject
        .iter()
        .find(|attribute| match attribute.oid {
            oid::COMMON_NAME
            | oid::ORGANIZATION
            | oid::ORGANIZATIONAL_UNIT
            | oid::ORGANIZATION_IDENTIFIER
            | oid::SERIAL_NUMBER
            | oid::EMAIL_ADDRESS
            | oid::LOCALITY
            | oid::STATE_OR_PROVINCE
            | oid::COUNTRY => false,
            oid::STREET_ADDRESS | oid::POSTAL_CODE => certificate.kind == Kind::Strict,
            _ => true,
        });
    ensure(wrong.is_none(), || {
        format!(
            "{:?} is not allowed in the subject",
            wrong.map(|found| found.oid)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.add_to_subject(oid::SURNAME, tlv::UTF8_STRING, "x");
        assert!(bad.breaks(&RULE));
        let mut bad = Specimen::strict();
        bad.add_to_subject(oid::POSTAL_CODE, tlv::UTF8_STRING, "00-001");
        assert!(bad.breaks(&RULE));
    }
}
