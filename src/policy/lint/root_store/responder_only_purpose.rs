//! An OCSP responder has OCSPSigning only.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, RESPONDER},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_responder_only_purpose",
    citation: "MRSP 7.5.2",
    source: Source::RootStore,
    effective: day(2026, 7, 1),
    ineffective: None,
    check: (RESPONDER, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut found = certificate.purposes.iter().flatten();
    let wrong = found.find(|oid| **oid != oids::OCSP_SIGNING);
    ensure(wrong.is_none(), || {
        format!("extKeyUsage has {:?}", wrong.map(|oid| oids::dotted(oid)))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, purposes},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::responder().but(|s| {
            let all = [oids::OCSP_SIGNING, oids::EMAIL_PROTECTION];
            s.set(oids::EXT_KEY_USAGE, purposes(&all));
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
