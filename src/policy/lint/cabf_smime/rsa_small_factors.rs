//! An RSA modulus is odd and has no factor below 752.

use crate::policy::key_policy::small_factors;
use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "w_rsa_small_factors",
    citation: "S/MIME BR 6.1.6",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let weak = certificate
        .key
        .rsa()
        .is_some_and(|(modulus, _)| small_factors::has_factor_below_752(modulus));
    ensure(!weak, || "the modulus has a small factor".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone, keys};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| s.key(keys::rsa(&[0xff; 256], &[1, 0, 1]))),
            Specimen::leaf().but(|s| s.key(keys::rsa(&[0xc2; 256], &[1, 0, 1]))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
