//! The common name is the organization or a mailbox of subjectAltName, character for character.

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_common_name_value",
    citation: "S/MIME BR 7.1.4.2.2 a",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let organizations = certificate.subject_values(oid::ORGANIZATION);
    let mailboxes = certificate.mailboxes();
    let wrong = certificate
        .subject_values(oid::COMMON_NAME)
        .into_iter()
        .find(|name| !organizations.contains(name) && !mailboxes.contains(&name.as_str()));
    ensure(wrong.is_none(), || {
        "commonName is neither organization nor mailbox".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.remove_from_subject(oid::COMMON_NAME);
        bad.add_to_subject(oid::COMMON_NAME, tlv::UTF8_STRING, "other@example.com");
        assert!(bad.breaks(&RULE));
    }
}
