//! The signature algorithm is on the list, in its exact encoding, and fits the issuer's key.

use crate::pkix::{algorithm::SignatureAlgorithm, signature};
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_signature_algorithm",
    citation: "S/MIME BR 7.1.3.2",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let key = match certificate.issuer {
        Some(issuer) => Some(issuer.public_key()),
        None => certificate.key.as_ref().ok(),
    };
    let algorithm = SignatureAlgorithm::from_der(certificate.view.outer_algorithm);
    let good = match (algorithm, key) {
        (Some(algorithm), Some(key)) => signature::fits(key, algorithm),
        _ => false,
    };
    ensure(good, || {
        "the signature algorithm is not permitted for the issuer's key".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let sha1 = hex::decode("300d06092a864886f70d0101050500").unwrap();
        for algorithm in [sha1, SignatureAlgorithm::EcdsaP256Sha256.der().to_vec()] {
            let mut bad = Specimen::leaf();
            bad.inner_algorithm.clone_from(&algorithm);
            bad.outer_algorithm = algorithm;
            assert!(bad.breaks(&RULE));
        }
    }
}
