//! A value holds only characters its string type knows.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, der, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_name_characters",
    citation: "RFC 5280 App. A.1, X.680 41",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.subject.iter().find(|found| match found.tag {
        der::PRINTABLE_STRING => !found.value.iter().all(is_printable),
        der::IA5_STRING => !found.value.is_ascii(),
        der::UTF8_STRING => std::str::from_utf8(found.value).is_err(),
        _ => false,
    });
    ensure(wrong.is_none(), || {
        let found = wrong.map(|found| oids::dotted(found.oid));
        format!("{found:?} has a character its type does not know")
    })
}

fn is_printable(octet: &u8) -> bool {
    octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(octet)
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
            Specimen::leaf().but(|s| s.put(oids::LOCALITY, tlv::PRINTABLE_STRING, "Lodz_1")),
            Specimen::leaf().but(|s| s.put(oids::LOCALITY, tlv::UTF8_STRING, b"Lodz\xff")),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
