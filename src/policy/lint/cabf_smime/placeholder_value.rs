//! No value is only punctuation or says that there is none; none has blanks at its ends or
//! control characters.

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_placeholder_value",
    citation: "S/MIME BR 7.1.4.2",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.subject.iter().find(|attribute| {
        let text = attribute.text().unwrap_or_default();
        let lower = text.to_lowercase();
        let none = [
            "n/a",
            "na",
            "none",
            "null",
            "unknown",
            "not applicable",
            "undefined",
        ];
        let blank = !text.chars().any(char::is_alphanumeric);
        // NA is Namibia.
        let is_country = attribute.oid == oid::COUNTRY;
        blank
            || (!is_country && none.contains(&lower.as_str()))
            || text.trim() != text
            || text.chars().any(char::is_control)
    });
    ensure(wrong.is_none(), || {
        format!("{:?} holds no real value", wrong.map(|found| found.oid))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for value in ["-", ".", " ", "n/a", "N/A", "Łódź ", "a\u{7}b"] {
            let mut bad = Specimen::leaf();
            bad.remove_from_subject(oid::LOCALITY);
            bad.add_to_subject(oid::LOCALITY, tlv::UTF8_STRING, value);
            assert!(bad.breaks(&RULE), "{value:?}");
        }
    }
}
