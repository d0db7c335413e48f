//! The common name repeats what the level allows, character for character: a mailbox of
//! subjectAltName, the organization, the pseudonym, or the person's names in either order.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES, Level},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_common_name_value",
    citation: "S/MIME BR 7.1.4.2.2 a",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.values(oids::COMMON_NAME).find(|name| {
        let repeats = |oid| certificate.values(oid).any(|found| found == *name);
        let own = match certificate.kind.level() {
            Some(Level::Organization) => repeats(oids::ORGANIZATION),
            Some(Level::Sponsor | Level::Individual) => {
                repeats(oids::PSEUDONYM) || is_personal_name(certificate, name)
            }
            Some(Level::Mailbox) | None => false,
        };
        !own && !certificate.mailboxes().any(|found| found == *name)
    });
    ensure(wrong.is_none(), || {
        "commonName repeats nothing that it may repeat".to_owned()
    })
}

/// All names of the person that stand in the subject, and nothing else.
fn is_personal_name(certificate: &Certificate<'_>, name: &str) -> bool {
    let given: Vec<&str> = certificate.values(oids::GIVEN_NAME).collect();
    let last: Vec<&str> = certificate.values(oids::SURNAME).collect();
    let joined = |first: &[&str], second: &[&str]| [first, second].concat().join(" ");
    !(given.is_empty() && last.is_empty())
        && (joined(&given, &last) == name || joined(&last, &given) == name)
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::{
        oids,
        specimen::{Judged, Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let named = |specimen: Specimen, name: &str| {
            specimen.but(|s| s.put(oids::COMMON_NAME, tlv::UTF8_STRING, name))
        };
        let hidden = Specimen::individual().but(|s| {
            s.take_away(oids::GIVEN_NAME);
            s.take_away(oids::SURNAME);
            s.add(oids::PSEUDONYM, tlv::UTF8_STRING, "Ekspert 7");
        });
        vec![
            named(Specimen::leaf(), "Jan Kowalski"),
            named(Specimen::leaf(), "ZAŻÓŁĆ sp. z o.o."),
            named(Specimen::mailbox(), "Jan Kowalski"),
            named(Specimen::mailbox(), "eva@example.com"),
            named(Specimen::sponsor(), "Zażółć sp. z o.o."),
            named(Specimen::sponsor(), "Jan"),
            named(Specimen::individual(), "Jan  Kowalski"),
            named(Specimen::individual(), "Kowalski"),
            named(hidden, "Jan Kowalski"),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }

    #[test]
    fn every_name_a_person_may_have_passes() {
        let named = |specimen: Specimen, name: &str| {
            specimen.but(|s| s.put(oids::COMMON_NAME, tlv::UTF8_STRING, name))
        };
        let hidden = Specimen::sponsor().but(|s| {
            s.take_away(oids::GIVEN_NAME);
            s.take_away(oids::SURNAME);
            s.add(oids::PSEUDONYM, tlv::UTF8_STRING, "Ekspert 7");
        });
        let surname = Specimen::individual().but(|s| s.take_away(oids::GIVEN_NAME));
        for good in [
            named(Specimen::sponsor(), "Kowalski Jan"),
            named(Specimen::individual(), "jan.kowalski@example.com"),
            named(surname, "Kowalski"),
            named(hidden, "Ekspert 7"),
        ] {
            assert_eq!(good.findings(), Vec::<&str>::new());
        }
    }
}
