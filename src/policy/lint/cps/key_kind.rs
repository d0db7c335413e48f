//! Keys are RSA or EC, because every product signs and encrypts.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
    key::Form,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_key_kind",
    citation: "CPS 6.1.5",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate.key.form;
    ensure(!matches!(found, Form::Ed25519 | Form::Ed448), || {
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
                s.key(keys::raw("300506032b6570", &[7; 32]));
                s.set(oids::KEY_USAGE, vec![3, 2, 7, 0x80]);
            }),
            Specimen::leaf().but(|s| {
                s.key(keys::raw("300506032b6571", &[7; 57]));
                s.set(oids::KEY_USAGE, vec![3, 2, 7, 0x80]);
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
