//! The key is one Gmail verifies: RSA with 2048, 3072 or 4096 bits, P-256 or P-384.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
    key::{Curve, Form},
};

pub const RULE: CertificateRule = CertificateRule {
    name: "w_gmail_key",
    citation: "Gmail S/MIME certificate profile",
    source: Source::RootStore,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = match certificate.key.form {
        Form::Rsa { .. } => {
            let bits = certificate.key.rsa_bits().unwrap_or(0);
            // Beyond these bounds other rules refuse.
            let lawful = (2048..=8192).contains(&bits) && bits.is_multiple_of(8);
            !lawful || [2048, 3072, 4096].contains(&bits)
        }
        Form::Ec { curve, .. } => curve != Curve::P521,
        _ => true,
    };
    ensure(good, || {
        "Gmail does not verify signatures of such a key".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::spki::Curve;
    use crate::policy::lint::specimen::{Specimen, alone, keys};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::ec_leaf().but(|s| s.key(keys::ec(Curve::P521))),
            Specimen::leaf().but(|s| s.key(keys::rsa_of(320))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
