//! An OCSP responder signs and does nothing else.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, RESPONDER},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_responder_key_usage",
    citation: "TLS BR 7.1.2.8.6",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (RESPONDER, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let bits = certificate.usage().filter(|bits| *bits != 0);
    ensure(bits.is_none_or(|bits| bits == 0x8000), || {
        format!("key usage is {bits:x?}")
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
        vec![Specimen::responder().but(|s| s.set(oids::KEY_USAGE, vec![3, 2, 6, 0xc0]))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
