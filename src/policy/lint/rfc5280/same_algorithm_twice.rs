//! The algorithm inside the TBS is the one beside the signature, byte for byte.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_same_algorithm_twice",
    citation: "RFC 5280 4.1.1.2",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let view = &certificate.view;
    ensure(view.inner_algorithm == view.outer_algorithm, || {
        "signature and signatureAlgorithm differ".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::algorithm::SignatureAlgorithm;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.inner_algorithm = SignatureAlgorithm::EcdsaP256Sha256.der().to_vec();
        assert!(bad.breaks(&RULE));
    }
}
