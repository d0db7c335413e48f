//! Each mailbox is an ASCII dot-atom at a lower-case domain of LDH labels.

use crate::pkix::tlv;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_mailbox_syntax",
    citation: "S/MIME BR 7.1.4.2.1, RFC 5321 4.1.2, RFC 9598",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let names = certificate.alt_names.iter().flatten();
    let wrong = names
        .filter(|name| name.tag == tlv::primitive(1))
        .find(|name| !is_mailbox(name.value));
    ensure(wrong.is_none(), || "a mailbox has a wrong form".to_owned())
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
    let ldh = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
    let label = |label: &[u8]| {
        (1..=63).contains(&label.len())
            && label.iter().all(ldh)
            && label.first() != Some(&b'-')
            && label.last() != Some(&b'-')
    };
    let labels = domain.split(|b| *b == b'.');
    octets.len() <= 254 && local_good && domain.contains(&b'.') && labels.into_iter().all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::oid;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for value in [
            "jan",
            "@example.com",
            "jan@localhost",
            "jan@Example.com",
            "jan@example..com",
            "jan kowalski@example.com",
            "Jan <jan@example.com>",
            "jan@example.com ",
            "jań@example.com",
        ] {
            let mut bad = Specimen::leaf();
            let mailbox = tlv::element(tlv::primitive(1), &[value.as_bytes()]);
            bad.set(oid::SUBJECT_ALT_NAME, tlv::sequence(&[&mailbox]));
            assert!(bad.breaks(&RULE), "{value}");
        }
    }
}
