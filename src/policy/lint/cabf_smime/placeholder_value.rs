//! No value is only punctuation or says that there is none.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_placeholder_value",
    citation: "S/MIME BR 7.1.4.2",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .subject
        .iter()
        // NA is Namibia.
        .find(|found| found.oid != oids::COUNTRY && is_placeholder(&found.text));
    ensure(wrong.is_none(), || {
        let found = wrong.map(|found| oids::dotted(found.oid));
        format!("{found:?} holds no real value")
    })
}

/// What people type where nothing belongs.
const NOTHING: [&str; 7] = [
    "n/a",
    "na",
    "none",
    "null",
    "unknown",
    "not applicable",
    "undefined",
];

fn is_placeholder(text: &str) -> bool {
    !text.is_empty()
        && (!text.chars().any(char::is_alphanumeric)
            || NOTHING
                .iter()
                .any(|nothing| text.eq_ignore_ascii_case(nothing)))
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
        let all = ["-", ".", "--", "n/a", "N/A", "None", "not applicable"].into_iter();
        all.map(|value| Specimen::leaf().but(|s| s.put(oids::LOCALITY, tlv::UTF8_STRING, value)))
            .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
