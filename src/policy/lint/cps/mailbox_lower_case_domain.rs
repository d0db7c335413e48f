//! The domain of a mailbox is in lower case.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_mailbox_lower_case_domain",
    citation: "CPS 7.1.2, RFC 9598 3",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.mailboxes().any(|mailbox| {
        let domain = mailbox.rsplit_once('@').map_or("", |(_, domain)| domain);
        domain.bytes().any(|b| b.is_ascii_uppercase())
    });
    ensure(!wrong, || "a domain has an upper-case letter".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, alt_names},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let all = ["jan@Example.com"].into_iter();
        all.map(|value| {
            let names = alt_names(&[(1, value.as_bytes())]);
            Specimen::leaf().but(|s| s.set(oids::SUBJECT_ALT_NAME, names))
        })
        .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
