//! Country and serialNumber are PrintableString, emailAddress IA5String, the rest UTF8String or
//! PrintableString with characters of their type.

use crate::pkix::{oid, tlv};
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_name_string_types",
    citation: "RFC 5280 4.1.2.4, App. A.1",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.subject.iter().find(|attribute| {
        let typed = match attribute.oid {
            oid::COUNTRY | oid::SERIAL_NUMBER => attribute.tag == tlv::PRINTABLE_STRING,
            oid::EMAIL_ADDRESS => attribute.tag == tlv::IA5_STRING,
            _ => matches!(attribute.tag, tlv::UTF8_STRING | tlv::PRINTABLE_STRING),
        };
        let clean = match attribute.tag {
            tlv::PRINTABLE_STRING => attribute.value.iter().all(is_printable),
            tlv::IA5_STRING => attribute.value.is_ascii(),
            _ => std::str::from_utf8(attribute.value).is_ok(),
        };
        !typed || !clean
    });
    ensure(wrong.is_none(), || {
        format!("{:?} has a wrong string type", wrong.map(|found| found.oid))
    })
}

fn is_printable(octet: &u8) -> bool {
    octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(octet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for (kind, tag, value) in [
            (oid::COUNTRY, tlv::UTF8_STRING, &b"PL"[..]),
            (oid::COMMON_NAME, tlv::T61_STRING, b"x"),
            (oid::COMMON_NAME, tlv::PRINTABLE_STRING, b"a@b"),
            (oid::COMMON_NAME, tlv::UTF8_STRING, b"\xff"),
            (oid::EMAIL_ADDRESS, tlv::UTF8_STRING, b"a@example.com"),
        ] {
            let mut bad = Specimen::leaf();
            bad.subject = Specimen::name(&[(kind, tlv::element(tag, &[value]))]);
            assert!(bad.breaks(&RULE), "{kind} {tag}");
        }
    }
}
