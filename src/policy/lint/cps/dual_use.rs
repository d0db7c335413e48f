//! A leaf is for signing and for encryption.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
    key::Form,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_dual_use",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wanted = match certificate.key.form {
        Form::Rsa { .. } => 0xa000,
        Form::Ec { .. } => 0x8800,
        _ => return Ok(()),
    };
    let bits = certificate.usage().filter(|bits| *bits != 0);
    ensure(bits.is_none_or(|bits| bits & wanted == wanted), || {
        format!("key usage {bits:x?} is not dual use")
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
            Specimen::leaf().but(|s| s.set(oids::KEY_USAGE, vec![3, 2, 7, 0x80])),
            Specimen::ec_leaf().but(|s| s.set(oids::KEY_USAGE, vec![3, 2, 3, 8])),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
