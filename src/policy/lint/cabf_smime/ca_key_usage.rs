//! A CA signs certificates and CRLs, and at most OCSP answers beside them.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{CAS, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_ca_key_usage",
    citation: "S/MIME BR 7.1.2.1 c, 7.1.2.2 f",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (CAS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let bits = certificate.usage().filter(|bits| *bits != 0);
    let good = bits.is_none_or(|bits| bits & !0x8000 == 0x0600);
    ensure(good, || format!("key usage is {bits:x?}"))
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
            Specimen::issuing().but(|s| s.set(oids::KEY_USAGE, hex::decode("03020204").unwrap())),
            Specimen::root().but(|s| s.set(oids::KEY_USAGE, hex::decode("03020126").unwrap())),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
