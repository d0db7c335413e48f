//! Exactly one mailbox: the one that was validated for the order.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_one_mailbox",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: "2026-11-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let count = certificate.alt_names.as_deref().unwrap_or_default().len();
    ensure(count == 1, || format!("subjectAltName has {count} names"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::{oid, tlv};
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        let mailbox = tlv::element(tlv::primitive(1), &[b"jan@example.com"]);
        bad.set(oid::SUBJECT_ALT_NAME, tlv::sequence(&[&mailbox, &mailbox]));
        assert!(bad.breaks(&RULE));
    }
}
