//! Only attributes a leaf of the level and generation may have.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES, Level},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_subject_attributes_allowed",
    citation: "S/MIME BR 7.1.4.2.3, 7.1.4.2.4, 7.1.4.2.5, 7.1.4.2.6",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Some(level) = certificate.kind.level() else {
        return Ok(());
    };
    let strict = certificate.kind.is_strict();
    let mut subject = certificate.subject.iter();
    let wrong = subject.find(|found| !is_allowed(found.oid, level, strict));
    ensure(wrong.is_none(), || {
        let found = wrong.map(|found| oids::dotted(found.oid));
        format!("{found:?} is not allowed in the subject")
    })
}

fn is_allowed(oid: &[u8], level: Level, strict: bool) -> bool {
    match oid {
        oids::COMMON_NAME | oids::SERIAL_NUMBER | oids::EMAIL_ADDRESS => true,
        oids::ORGANIZATION | oids::ORGANIZATIONAL_UNIT | oids::ORGANIZATION_IDENTIFIER => {
            matches!(level, Level::Organization | Level::Sponsor)
        }
        oids::GIVEN_NAME | oids::SURNAME | oids::PSEUDONYM | oids::TITLE => {
            matches!(level, Level::Sponsor | Level::Individual)
        }
        oids::LOCALITY | oids::STATE_OR_PROVINCE | oids::COUNTRY => level != Level::Mailbox,
        oids::STREET_ADDRESS | oids::POSTAL_CODE => level != Level::Mailbox && !strict,
        _ => false,
    }
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
        let with = |specimen: Specimen, wrong: &[&[u8]]| {
            let add = |s: Specimen, oid: &&[u8]| match *oid {
                oids::COUNTRY => s.but(|s| s.add(oid, tlv::PRINTABLE_STRING, "PL")),
                oids::ORGANIZATION_IDENTIFIER => {
                    s.but(|s| s.add(oid, tlv::UTF8_STRING, "NTRPL-0000123456"))
                }
                _ => s.but(|s| s.add(oid, tlv::UTF8_STRING, "Adam")),
            };
            wrong.iter().fold(specimen, add)
        };
        let qualifier: &[u8] = &[0x55, 4, 46];
        let personal = [
            oids::GIVEN_NAME,
            oids::SURNAME,
            oids::PSEUDONYM,
            oids::TITLE,
        ];
        let exact = [oids::STREET_ADDRESS, oids::POSTAL_CODE];
        let whose = [
            oids::ORGANIZATION,
            oids::ORGANIZATIONAL_UNIT,
            oids::ORGANIZATION_IDENTIFIER,
        ];
        let mut all = Vec::new();
        for oid in personal.iter().chain([&qualifier]) {
            all.push(with(Specimen::leaf(), &[oid]));
            all.push(with(Specimen::mailbox(), &[oid]));
        }
        for oid in exact {
            all.push(with(Specimen::strict(), &[oid]));
            all.push(with(Specimen::sponsor().strict_too(), &[oid]));
            all.push(with(Specimen::individual().strict_too(), &[oid]));
        }
        for oid in whose {
            all.push(with(Specimen::mailbox(), &[oid]));
            all.push(with(Specimen::individual(), &[oid]));
        }
        let country = [oids::COUNTRY];
        let places = [oids::COUNTRY, oids::STATE_OR_PROVINCE, oids::LOCALITY];
        all.push(with(Specimen::mailbox(), &country));
        all.push(with(Specimen::mailbox(), &places));
        all.push(with(Specimen::mailbox(), &[&places[..], &exact].concat()));
        all.push(with(Specimen::sponsor(), &[qualifier]));
        all.push(with(Specimen::individual(), &[qualifier]));
        all
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
