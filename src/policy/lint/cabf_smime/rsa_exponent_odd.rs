//! An RSA exponent is odd and at least 3.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_rsa_exponent_odd",
    citation: "S/MIME BR 6.1.6",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = certificate.key.rsa().is_none_or(|(_, exponent)| {
        exponent != [1] && exponent.last().is_some_and(|last| last & 1 == 1)
    });
    ensure(good, || "the exponent is even or 1".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone, keys};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| s.key(keys::rsa(&keys::modulus(0xc1, 256), &[1]))),
            Specimen::leaf().but(|s| s.key(keys::rsa(&keys::modulus(0xc1, 256), &[1, 0, 2]))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
