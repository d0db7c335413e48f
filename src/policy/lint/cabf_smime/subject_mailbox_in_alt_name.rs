//! Every mailbox in the subject is repeated in subjectAltName.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_subject_mailbox_in_alt_name",
    citation: "S/MIME BR 7.1.4.2.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let is_mailbox = |text: &str| {
        let at = text.split_once('@');
        at.is_some_and(|(local, domain)| !local.contains(' ') && domain.contains('.'))
    };
    let wrong = certificate.subject.iter().find(|found| {
        let mailbox = found.oid == oids::EMAIL_ADDRESS
            || found.oid != oids::COMMON_NAME && is_mailbox(&found.text);
        mailbox && !certificate.mailboxes().any(|name| name == found.text)
    });
    ensure(wrong.is_none(), || {
        "a mailbox of the subject is not in subjectAltName".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf()
                .but(|s| s.add(oids::EMAIL_ADDRESS, tlv::IA5_STRING, "eva@example.com")),
            Specimen::leaf().but(|s| s.put(oids::LOCALITY, tlv::UTF8_STRING, "eva@example.com")),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
