//! id-pkix-ocsp-nocheck is not critical.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, RESPONDER},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_responder_no_check_not_critical",
    citation: "RFC 6960 4.2.2.2.1, TLS BR 7.1.2.8.2",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (RESPONDER, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.has_flag(oids::OCSP_NO_CHECK, true);
    ensure(!wrong, || "id-pkix-ocsp-nocheck is critical".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::responder().but(|s| s.critical(oids::OCSP_NO_CHECK, true))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
