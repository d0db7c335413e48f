//! A strict leaf has no otherName but a mailbox.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, STRICT},
    day, ensure,
    name::OTHER_NAME,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_strict_other_name",
    citation: "S/MIME BR 7.1.4.2.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (STRICT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut names = certificate.alt_names.iter().flatten();
    let found = names.any(|name| name.kind == OTHER_NAME && !name.is_mailbox());
    ensure(!found, || "an otherName is no mailbox".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, alt_names, other_name},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::strict().but(|s| {
            // User principal name.
            let upn = b"\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03";
            let other = other_name(upn, "jan");
            let names = alt_names(&[(1, b"jan.kowalski@example.com"), (0, &other)]);
            s.set(oids::SUBJECT_ALT_NAME, names);
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
