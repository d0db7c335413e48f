//! RSA moduli have a multiple of 8 bits: leaves at least 2048, CAs signed since 2026-09-15 at
//! least 4096.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};
use crate::{pkix::spki::PublicKey, policy::lint::certificate::Kind};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_rsa_size",
    citation: "S/MIME BR 6.1.5",
    source: Source::CabfSmime,
    effective: "2026-09-15",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Ok(key @ PublicKey::Rsa { .. }) = &certificate.key else {
        return Ok(());
    };
    let least = match certificate.kind {
        Kind::Multipurpose | Kind::Strict => 2048,
        Kind::Issuing | Kind::Root => 4096,
    };
    let bits = key.bits();
    ensure(bits >= least && bits.is_multiple_of(8), || {
        format!("the modulus has {bits} bits")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for (mut bad, octets) in [
            (Specimen::leaf(), 128),
            (Specimen::leaf(), 255),
            (Specimen::issuing(), 384),
            (Specimen::root(), 256),
        ] {
            bad.spki = PublicKey::Rsa {
                modulus: vec![0xc1; octets],
                exponent: vec![1, 0, 1],
            }
            .to_spki();
            assert!(bad.breaks(&RULE), "{octets}");
        }
    }
}
