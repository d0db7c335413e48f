//! Mailboxes stand at domains of the public root.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, host,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_mailbox_domain_public",
    citation: "S/MIME BR 4.2.2 (internal names)",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.mailboxes().find(|mailbox| {
        let domain = mailbox.rsplit_once('@').map(|(_, domain)| domain);
        // What has no domain of two labels has another fault.
        let letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
        let domain = domain.filter(|domain| domain.contains('.') && domain.bytes().all(letter));
        domain.is_some_and(|domain| !host::is_public(&domain.to_ascii_lowercase()))
    });
    ensure(wrong.is_none(), || {
        "a mailbox stands at an internal name or an address".to_owned()
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
        let all = ["jan@example.local", "jan@mail.invalidtld", "jan@10.0.0.1"].into_iter();
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
