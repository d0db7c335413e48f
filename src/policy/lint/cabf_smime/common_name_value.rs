//! The common name is the organization or a mailbox of subjectAltName, character for character.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_common_name_value",
    citation: "S/MIME BR 7.1.4.2.2 a",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.values(oids::COMMON_NAME).find(|name| {
        let organization = certificate
            .values(oids::ORGANIZATION)
            .any(|found| found == *name);
        let mailbox = certificate.mailboxes().any(|found| found == *name);
        !organization && !mailbox
    });
    ensure(wrong.is_none(), || {
        "commonName is neither organization nor mailbox".to_owned()
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
            Specimen::leaf().but(|s| s.put(oids::COMMON_NAME, tlv::UTF8_STRING, "Jan Kowalski")),
            Specimen::leaf()
                .but(|s| s.put(oids::COMMON_NAME, tlv::UTF8_STRING, "ZAŻÓŁĆ sp. z o.o.")),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
