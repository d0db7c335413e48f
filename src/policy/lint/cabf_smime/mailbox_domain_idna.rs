//! A-labels of a mailbox are those of IDNA2008.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_mailbox_domain_idna",
    citation: "S/MIME BR 7.1.4.2.1, RFC 9598 3, RFC 5890",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.mailboxes().find(|mailbox| {
        let domain = mailbox.rsplit_once('@').map_or("", |(_, domain)| domain);
        let has_label = domain.split('.').any(|label| label.starts_with("xn--"));
        has_label && !is_idna(domain)
    });
    ensure(wrong.is_none(), || {
        "a domain has a label that is no A-label".to_owned()
    })
}

/// Decodes, and encodes to the same again.
fn is_idna(domain: &str) -> bool {
    let (unicode, decoded) = idna::domain_to_unicode(domain);
    decoded.is_ok() && idna::domain_to_ascii_strict(&unicode).is_ok_and(|again| again == domain)
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, alt_names},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let all = ["jan@xn--a.example.com", "jan@xn--ls8h9.example.com"].into_iter();
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
