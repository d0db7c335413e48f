//! No value is empty or longer than its upper bound, in characters.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_name_lengths",
    citation: "RFC 5280 App. A.1",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.subject.iter().find(|found| {
        let most = match found.oid {
            // Exactly two letters: a rule of its own.
            oids::COUNTRY => return false,
            oids::POSTAL_CODE => 40,
            oids::LOCALITY | oids::STATE_OR_PROVINCE | oids::STREET_ADDRESS | oids::PSEUDONYM => {
                128
            }
            oids::EMAIL_ADDRESS => 255,
            oids::ORGANIZATION_IDENTIFIER => usize::MAX,
            _ => 64,
        };
        // A character takes at most four octets, so few values must be counted.
        let short = (1..=most).contains(&found.value.len());
        !short && !(1..=most).contains(&found.text.chars().count())
    });
    ensure(wrong.is_none(), || {
        let found = wrong.map(|found| oids::dotted(found.oid));
        format!("{found:?} is empty or too long")
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
            Specimen::leaf().but(|s| {
                s.put(oids::ORGANIZATION, tlv::UTF8_STRING, "ż".repeat(65));
                s.put(oids::COMMON_NAME, tlv::UTF8_STRING, "ż".repeat(65));
            }),
            Specimen::leaf().but(|s| s.put(oids::LOCALITY, tlv::UTF8_STRING, "ż".repeat(129))),
            Specimen::leaf().but(|s| s.put(oids::LOCALITY, tlv::UTF8_STRING, "")),
            Specimen::sponsor().but(|s| s.add(oids::TITLE, tlv::UTF8_STRING, "ż".repeat(65))),
            Specimen::individual().but(|s| {
                s.take_away(oids::SURNAME);
                s.put(oids::GIVEN_NAME, tlv::UTF8_STRING, "ż".repeat(65));
                let mailbox = "jan.kowalski@example.com";
                s.put(oids::COMMON_NAME, tlv::UTF8_STRING, mailbox);
            }),
            Specimen::issuing().but(|s| s.put(oids::COMMON_NAME, tlv::UTF8_STRING, "a".repeat(65))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
