//! Beside the mailbox there is no otherName and no directoryName.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
    name::{DIRECTORY_NAME, GeneralName, OTHER_NAME},
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_alt_name_only_mailbox",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let names = certificate.alt_names.as_deref().unwrap_or_default();
    let has_mailbox = names.iter().any(GeneralName::is_mailbox);
    // Without a mailbox, and in strict leaves, the requirements refuse already.
    let wrong = names.iter().any(|name| match name.kind {
        DIRECTORY_NAME => true,
        OTHER_NAME => !name.is_mailbox() && !certificate.kind.is_strict(),
        _ => false,
    });
    ensure(!wrong || !has_mailbox, || {
        "subjectAltName has another name beside the mailbox".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::issuance::samples;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, alt_names, other_name},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| {
                let name = samples::ca_name("Example");
                let both = alt_names(&[(1, b"jan.kowalski@example.com"), (4, name.as_der())]);
                s.set(oids::SUBJECT_ALT_NAME, both);
            }),
            Specimen::leaf().but(|s| {
                // User principal name.
                let other = other_name(b"\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03", "jan");
                let both = alt_names(&[(1, b"jan.kowalski@example.com"), (0, &other)]);
                s.set(oids::SUBJECT_ALT_NAME, both);
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
