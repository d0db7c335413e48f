//! The algorithm inside the TBS is the one beside the signature, byte for byte.

use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_same_algorithm_twice",
    citation: "RFC 5280 5.1.1.2",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    ensure(
        list.view.inner_algorithm == list.view.outer_algorithm,
        || "signature and signatureAlgorithm differ".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::algorithm::SignatureAlgorithm;
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        bad.inner_algorithm = SignatureAlgorithm::EcdsaP256Sha256.der().to_vec();
        assert!(bad.breaks(&RULE));
    }
}
