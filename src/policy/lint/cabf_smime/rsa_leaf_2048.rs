//! An RSA key that is no CA has at least 2048 bits.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ENDS},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_rsa_leaf_2048",
    citation: "S/MIME BR 6.1.5",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ENDS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let bits = certificate.key.rsa_bits().unwrap_or(2048);
    ensure(bits >= 2048, || format!("the modulus has {bits} bits"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone, keys};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| s.key(keys::rsa_of(128))),
            Specimen::leaf().but(|s| s.key(keys::rsa_of(255))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
