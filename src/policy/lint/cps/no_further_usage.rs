//! A leaf neither commits itself nor enciphers data, and its EC key agrees both ways.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, Kind, LEAVES},
    day, ensure,
    key::Form,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_further_usage",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let bits = certificate.usage().unwrap_or(0);
    let one_way = bits & 0x0180;
    let further = match (certificate.key.form, certificate.kind) {
        (Form::Rsa { .. }, Kind::Strict(_)) => bits & 0x4000,
        (Form::Rsa { .. }, _) => bits & 0x5000,
        (Form::Ec { .. }, _) if one_way == 0x0180 => bits & 0x4000,
        (Form::Ec { .. }, _) => bits & 0x4000 | one_way,
        _ => 0,
    };
    ensure(further == 0, || format!("key usage has {further:#06x} too"))
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
            Specimen::leaf().but(|s| s.set(oids::KEY_USAGE, vec![3, 2, 5, 0xe0])),
            Specimen::leaf().but(|s| s.set(oids::KEY_USAGE, vec![3, 2, 4, 0xb0])),
            Specimen::ec_leaf().but(|s| s.set(oids::KEY_USAGE, vec![3, 2, 0, 0x89])),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
