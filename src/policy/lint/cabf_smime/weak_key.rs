//! The key is not known to be weak.

use crate::policy::key_policy::{self, KeyFault};
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_weak_key",
    citation: "S/MIME BR 6.1.1.3",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Ok(key) = &certificate.key else {
        return Ok(());
    };
    let weak = key_policy::faults(key)
        .into_iter()
        .find(|fault| matches!(fault, KeyFault::Weak(_)));
    ensure(weak.is_none(), || format!("{weak:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::spki::PublicKey;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.spki = PublicKey::Rsa {
            modulus: vec![0xff; 256],
            exponent: vec![1, 0, 1],
        }
        .to_spki();
        assert!(bad.breaks(&RULE));
    }
}
