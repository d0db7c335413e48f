//! Keys are RSA, P-256, P-384, P-521 or EdDSA: Mozilla lists no ML-DSA and no ML-KEM.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
    key::Form,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_mozilla_key_kinds",
    citation: "MRSP 5.1",
    source: Source::RootStore,
    effective: day(2026, 7, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate.key.form;
    ensure(!matches!(found, Form::MlDsa | Form::MlKem), || {
        format!("the key is {found:?}")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, keys},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| {
                s.key(keys::raw("300b0609608648016503040311", &[7; 1312]));
                s.set(oids::KEY_USAGE, vec![3, 2, 7, 0x80]);
            }),
            Specimen::leaf().but(|s| {
                s.key(keys::raw("300b0609608648016503040402", &[7; 1184]));
                s.set(oids::KEY_USAGE, vec![3, 2, 5, 0x20]);
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
