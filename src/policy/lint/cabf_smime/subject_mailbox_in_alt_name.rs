//! Every mailbox in the subject is repeated in subjectAltName.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_subject_mailbox_in_alt_name",
    citation: "S/MIME BR 7.1.4.2.1",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mailboxes = certificate.mailboxes();
    let wrong = certificate
        .subject
        .iter()
        .filter_map(|attribute| attribute.text())
        .find(|text| text.contains('@') && !mailboxes.contains(&text.as_str()));
    ensure(wrong.is_none(), || {
        "a mailbox of the subject is not in subjectAltName".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::{oid, tlv};
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.add_to_subject(oid::EMAIL_ADDRESS, tlv::IA5_STRING, "eva@example.com");
        assert!(bad.breaks(&RULE));
    }
}
