//! RSA exponents are odd, from 65537, below 2^256.

use crate::pkix::spki::PublicKey;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_rsa_exponent",
    citation: "S/MIME BR 6.1.6",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Ok(PublicKey::Rsa { exponent, .. }) = &certificate.key else {
        return Ok(());
    };
    let odd = exponent.last().is_some_and(|last| last & 1 == 1);
    let large =
        exponent.len() > 3 || exponent.as_slice() >= [1, 0, 1].as_slice() && exponent.len() == 3;
    ensure(odd && large && exponent.len() <= 32, || {
        "the exponent is out of range".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for exponent in [vec![3], vec![1, 0, 2], vec![0xff; 33]] {
            let mut bad = Specimen::leaf();
            bad.spki = PublicKey::Rsa {
                modulus: vec![0xc1; 256],
                exponent,
            }
            .to_spki();
            assert!(bad.breaks(&RULE));
        }
    }
}
