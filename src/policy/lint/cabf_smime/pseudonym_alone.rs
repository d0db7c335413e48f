//! A pseudonym stands in the place of given name and surname, and not beside them.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, OF_PERSONS},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_pseudonym_alone",
    citation: "S/MIME BR 7.1.4.2.5, 7.1.4.2.6",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (OF_PERSONS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let named = certificate.has(oids::GIVEN_NAME) || certificate.has(oids::SURNAME);
    ensure(!named || !certificate.has(oids::PSEUDONYM), || {
        "there are a name and a pseudonym".to_owned()
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
        let both = |specimen: Specimen, gone: &'static [u8]| {
            specimen.but(|s| {
                s.take_away(gone);
                s.add(oids::PSEUDONYM, tlv::UTF8_STRING, "Ekspert 7");
                s.put(oids::COMMON_NAME, tlv::UTF8_STRING, "Ekspert 7");
            })
        };
        vec![
            both(Specimen::sponsor(), oids::GIVEN_NAME),
            both(Specimen::sponsor().strict_too(), oids::SURNAME),
            both(Specimen::individual(), oids::SURNAME),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
