//! Each attribute has the string type of its definition.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, der, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_name_string_types",
    citation: "RFC 5280 4.1.2.4, App. A.1",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.subject.iter().find(|found| match found.oid {
        oids::COUNTRY | oids::SERIAL_NUMBER => found.tag != der::PRINTABLE_STRING,
        oids::EMAIL_ADDRESS => found.tag != der::IA5_STRING,
        _ => !matches!(found.tag, der::UTF8_STRING | der::PRINTABLE_STRING),
    });
    ensure(wrong.is_none(), || {
        let found = wrong.map(|found| oids::dotted(found.oid));
        format!("{found:?} has a wrong string type")
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
            Specimen::leaf().but(|s| s.put(oids::COUNTRY, tlv::UTF8_STRING, "PL")),
            Specimen::leaf().but(|s| s.put(oids::LOCALITY, tlv::T61_STRING, "Lodz")),
            Specimen::leaf().but(|s| s.put(oids::LOCALITY, tlv::BMP_STRING, "Lodz")),
            Specimen::leaf().but(|s| {
                s.add(
                    oids::EMAIL_ADDRESS,
                    tlv::UTF8_STRING,
                    "jan.kowalski@example.com",
                );
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
