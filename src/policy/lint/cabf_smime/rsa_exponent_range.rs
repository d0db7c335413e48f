//! An RSA exponent lies between 65537 and 2^256.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "w_rsa_exponent_range",
    citation: "S/MIME BR 6.1.6",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Some((_, exponent)) = certificate.key.rsa() else {
        return Ok(());
    };
    let odd = exponent != [1] && exponent.last().is_some_and(|last| last & 1 == 1);
    let large = match exponent {
        [] | [_] | [_, _] => false,
        [first, middle, last] => (*first, *middle, *last) >= (1, 0, 1),
        more => more.len() <= 32,
    };
    ensure(large || !odd, || "the exponent is out of range".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone, keys};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| s.key(keys::rsa(&keys::modulus(0xc1, 256), &[3]))),
            Specimen::leaf().but(|s| s.key(keys::rsa(&keys::modulus(0xc1, 256), &[0xff; 33]))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
