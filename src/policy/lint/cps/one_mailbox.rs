//! Exactly one mailbox: the one that was validated for the order.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_one_mailbox",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let names = certificate.alt_names.iter().flatten();
    let count = names.filter(|name| name.is_mailbox()).count();
    ensure(count <= 1, || {
        format!("subjectAltName has {count} mailboxes")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, alt_names},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| {
            let both = alt_names(&[(1, b"jan.kowalski@example.com"), (1, b"eva@example.com")]);
            s.set(oids::SUBJECT_ALT_NAME, both);
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
