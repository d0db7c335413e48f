//! No value has a character reference of HTML: it was copied from a page, not verified.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_html_entity",
    citation: "CPS 7.1.4",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .subject
        .iter()
        .find(|found| has_entity(&found.text));
    ensure(wrong.is_none(), || {
        let found = wrong.map(|found| oids::dotted(found.oid));
        format!("{found:?} has an HTML entity")
    })
}

/// `&name;` or `&#number;`.
fn has_entity(text: &str) -> bool {
    text.split('&').skip(1).any(|rest| {
        rest.split_once(';').is_some_and(|(name, _)| {
            let bare = name.strip_prefix('#').unwrap_or(name);
            (1..=32).contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_alphanumeric())
        })
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
            Specimen::leaf().but(|s| s.put(oids::LOCALITY, tlv::UTF8_STRING, "A &amp; B")),
            Specimen::leaf().but(|s| s.put(oids::LOCALITY, tlv::UTF8_STRING, "&#321;ódź")),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
