//! Where a person stands in the subject, a given name, a surname or a pseudonym is there.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, OF_PERSONS},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_person_named",
    citation: "S/MIME BR 7.1.4.2.5, 7.1.4.2.6",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (OF_PERSONS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut names = [oids::GIVEN_NAME, oids::SURNAME, oids::PSEUDONYM].into_iter();
    ensure(names.any(|name| certificate.has(name)), || {
        "nobody is named".to_owned()
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
        let nobody = |specimen: Specimen| {
            specimen.but(|s| {
                s.take_away(oids::GIVEN_NAME);
                s.take_away(oids::SURNAME);
                let mailbox = "jan.kowalski@example.com";
                s.put(oids::COMMON_NAME, tlv::UTF8_STRING, mailbox);
            })
        };
        vec![
            nobody(Specimen::sponsor()),
            nobody(Specimen::sponsor().strict_too()),
            nobody(Specimen::individual()),
            nobody(Specimen::individual().strict_too()),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
