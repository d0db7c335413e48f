//! A CA answers no OCSP itself.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{CAS, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_ca_no_digital_signature",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (CAS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let bits = certificate.usage().unwrap_or(0);
    ensure(bits & !0x0600 != 0x8000, || {
        "a CA has digitalSignature".to_owned()
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
            Specimen::issuing().but(|s| s.set(oids::KEY_USAGE, hex::decode("03020186").unwrap())),
            Specimen::root().but(|s| s.set(oids::KEY_USAGE, hex::decode("03020186").unwrap())),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
