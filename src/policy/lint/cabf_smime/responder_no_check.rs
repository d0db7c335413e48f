//! An OCSP responder has id-pkix-ocsp-nocheck, and it is NULL.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, RESPONDER},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_responder_no_check",
    citation: "S/MIME BR 4.9.9, RFC 6960 4.2.2.2.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (RESPONDER, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate.extension(oids::OCSP_NO_CHECK);
    ensure(found.is_some_and(|found| found.value == [5, 0]), || {
        "id-pkix-ocsp-nocheck is missing or not NULL".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::responder().but(|s| s.remove(oids::OCSP_NO_CHECK)),
            Specimen::responder().but(|s| s.set(oids::OCSP_NO_CHECK, vec![0x30, 0])),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
