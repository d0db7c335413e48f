//! The bits of an RSA modulus are a multiple of 8.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_rsa_octets",
    citation: "S/MIME BR 6.1.5",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let bits = certificate.key.rsa_bits().unwrap_or(0);
    ensure(bits.is_multiple_of(8), || {
        format!("the modulus has {bits} bits")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone, keys};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| s.key(keys::rsa(&keys::modulus(1, 257), &[1, 0, 1])))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
