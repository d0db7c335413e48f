//! An rfc822Name is an ASCII dot-atom at a domain of LDH labels; quoted local parts are not taken.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
    name::RFC822_NAME,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_mailbox_syntax",
    citation: "S/MIME BR 7.1.4.2.1, RFC 5321 4.1.2, RFC 9598 3",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let names = certificate.alt_names.iter().flatten();
    let wrong = names
        .filter(|name| name.kind == RFC822_NAME)
        .any(|name| !is_mailbox(name.value));
    ensure(!wrong, || "a mailbox has a wrong form".to_owned())
}

fn is_mailbox(octets: &[u8]) -> bool {
    let at = octets.iter().rposition(|b| *b == b'@').unwrap_or(0);
    let (local, domain) = octets.split_at_checked(at).unwrap_or_default();
    let domain = domain.get(1..).unwrap_or_default();
    let atom = |b: &u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(b);
    let local_good = (1..=64).contains(&local.len())
        && local
            .split(|b| *b == b'.')
            .all(|part| !part.is_empty() && part.iter().all(atom));
    let ldh = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    let label = |label: &[u8]| {
        (1..=63).contains(&label.len())
            && label.iter().all(ldh)
            && label.first() != Some(&b'-')
            && label.last() != Some(&b'-')
    };
    octets.len() <= 254
        && local_good
        && domain.contains(&b'.')
        && domain.split(|b| *b == b'.').all(label)
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, alt_names},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let all = [
            "jan",
            "@example.com",
            "jan@localhost",
            "jan@example..com",
            "jan kowalski@example.com",
            "Jan <jan@example.com>",
            "jan@example.com ",
            "jań@example.com",
            "jan.@example.com",
            "jan@-a.example.com",
        ]
        .into_iter();
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
