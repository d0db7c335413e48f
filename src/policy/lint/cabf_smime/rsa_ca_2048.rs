//! An RSA key of a CA has at least 2048 bits.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{CAS, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_rsa_ca_2048",
    citation: "S/MIME BR 6.1.5",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: Some(day(2026, 9, 15)),
    check: (CAS, check),
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
        vec![Specimen::issuing().but(|s| {
            s.key(keys::rsa_of(128));
            s.period("2026-02-01T00:00:00Z", "2036-01-31T23:59:59Z");
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
