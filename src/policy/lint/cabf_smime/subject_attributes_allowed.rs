//! Only attributes an organization-validated leaf of the generation may have.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, Kind, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_subject_attributes_allowed",
    citation: "S/MIME BR 7.1.4.2.4",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.subject.iter().find(|found| match found.oid {
        oids::COMMON_NAME
        | oids::ORGANIZATION
        | oids::ORGANIZATIONAL_UNIT
        | oids::ORGANIZATION_IDENTIFIER
        | oids::SERIAL_NUMBER
        | oids::EMAIL_ADDRESS
        | oids::LOCALITY
        | oids::STATE_OR_PROVINCE
        | oids::COUNTRY => false,
        oids::STREET_ADDRESS | oids::POSTAL_CODE => certificate.kind == Kind::Strict,
        _ => true,
    });
    ensure(wrong.is_none(), || {
        let found = wrong.map(|found| oids::dotted(found.oid));
        format!("{found:?} is not allowed in the subject")
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
        let added = |s: Specimen, oid: &[u8]| s.but(|s| s.add(oid, tlv::UTF8_STRING, "Adam"));
        // surname, givenName, title, pseudonym, dnQualifier
        let last_octets = [4, 42, 12, 65, 46].into_iter();
        let mut all: Vec<Specimen> = last_octets
            .map(|last| added(Specimen::leaf(), &[0x55, 4, last]))
            .collect();
        all.push(added(Specimen::strict(), oids::POSTAL_CODE));
        all.push(added(Specimen::strict(), oids::STREET_ADDRESS));
        all
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
