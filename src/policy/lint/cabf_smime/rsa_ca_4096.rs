//! An RSA key of a CA certificate that is signed now has at least 4096 bits.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{CAS, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_rsa_ca_4096",
    citation: "S/MIME BR 6.1.5",
    source: Source::CabfSmime,
    effective: day(2026, 9, 15),
    ineffective: None,
    check: (CAS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let bits = certificate.key.rsa_bits().unwrap_or(4096);
    ensure(bits >= 4096, || format!("the modulus has {bits} bits"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone, keys};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::issuing().but(|s| s.key(keys::rsa_of(384))),
            Specimen::issuing().but(|s| {
                s.key(keys::rsa_of(384));
                // Judged by the day of signing, not by a notBefore in the past.
                s.period("2026-02-01T00:00:00Z", "2036-01-31T23:59:59Z");
                s.signed_at = Some("2026-12-01T00:00:00Z".parse().unwrap());
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
