//! A leaf is no CA and has no path length.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_leaf_is_no_ca",
    citation: "S/MIME BR 7.1.2.3 d",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate.basic_constraints;
    let good = found.is_none_or(|found| !found.ca && found.path_len.is_none());
    ensure(good, || "basicConstraints are those of a CA".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::oid;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.set(oid::BASIC_CONSTRAINTS, hex::decode("30030101ff").unwrap());
        bad.critical(oid::BASIC_CONSTRAINTS, true);
        assert!(bad.breaks(&RULE));
    }
}
