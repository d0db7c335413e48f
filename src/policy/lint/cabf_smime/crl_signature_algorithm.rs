//! The signature algorithm is on the list, in its exact encoding, and fits the CA's key.

use crate::pkix::{algorithm::SignatureAlgorithm, signature};
use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_signature_algorithm",
    citation: "S/MIME BR 7.1.3.2",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let algorithm = SignatureAlgorithm::from_der(list.view.outer_algorithm);
    let good = algorithm.is_some_and(|found| signature::fits(list.issuer.public_key(), found));
    ensure(good, || {
        "the signature algorithm is not permitted for the CA's key".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        bad.outer_algorithm = SignatureAlgorithm::RsaPkcs1Sha256.der().to_vec();
        assert!(bad.breaks(&RULE));
    }
}
