//! subjectAltName is there, has a mailbox, and nothing but mailboxes.

use crate::pkix::tlv;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_alt_name_kinds",
    citation: "S/MIME BR 7.1.4.2.1",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let names = certificate.alt_names.as_deref().unwrap_or_default();
    let good = !names.is_empty() && names.iter().all(|name| name.tag == tlv::primitive(1));
    ensure(good, || {
        "subjectAltName has other names than mailboxes, or none".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::oid;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.remove(oid::SUBJECT_ALT_NAME);
        assert!(bad.breaks(&RULE));
        for (tag, value) in [(2, "example.com"), (6, "http://example.com/")] {
            let mailbox = tlv::element(tlv::primitive(1), &[b"jan@example.com"]);
            let other = tlv::element(tlv::primitive(tag), &[value.as_bytes()]);
            bad = Specimen::leaf();
            bad.set(oid::SUBJECT_ALT_NAME, tlv::sequence(&[&mailbox, &other]));
            assert!(bad.breaks(&RULE));
        }
    }
}
