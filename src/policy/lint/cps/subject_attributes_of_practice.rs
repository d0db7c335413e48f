//! Of the attributes a leaf may have this CA certifies no unit, serial number, street or postal
//! code.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES, Level},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_subject_attributes_of_practice",
    citation: "CPS 7.1.4",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let level = certificate.kind.level();
    let organization = matches!(level, Some(Level::Organization | Level::Sponsor));
    let exact = level != Some(Level::Mailbox) && !certificate.kind.is_strict();
    let place = certificate.has(oids::LOCALITY) || certificate.has(oids::STATE_OR_PROVINCE);
    let wrong = certificate.subject.iter().find(|found| match found.oid {
        oids::SERIAL_NUMBER => true,
        // Where these break the requirements, their rules say so.
        oids::ORGANIZATIONAL_UNIT => organization,
        oids::STREET_ADDRESS => place && exact,
        oids::POSTAL_CODE => exact,
        _ => false,
    });
    ensure(wrong.is_none(), || {
        let found = wrong.map(|found| oids::dotted(found.oid));
        format!("this CA does not certify {found:?}")
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
        vec![
            Specimen::leaf().but(|s| s.add(oids::ORGANIZATIONAL_UNIT, tlv::UTF8_STRING, "Kadry")),
            Specimen::leaf().but(|s| s.add(oids::SERIAL_NUMBER, tlv::PRINTABLE_STRING, "17")),
            Specimen::leaf().but(|s| s.add(oids::STREET_ADDRESS, tlv::UTF8_STRING, "Prosta 1")),
            Specimen::leaf().but(|s| s.add(oids::POSTAL_CODE, tlv::UTF8_STRING, "1260 Nyon")),
            Specimen::mailbox().but(|s| s.add(oids::SERIAL_NUMBER, tlv::PRINTABLE_STRING, "17")),
            Specimen::sponsor().but(|s| s.add(oids::ORGANIZATIONAL_UNIT, tlv::UTF8_STRING, "IT")),
            Specimen::individual().but(|s| s.add(oids::POSTAL_CODE, tlv::UTF8_STRING, "90-001")),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
