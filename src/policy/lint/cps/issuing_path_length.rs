//! An issuing CA has pathLen 0: no CA below it.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, ISSUING},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_issuing_path_length",
    citation: "CPS 7.1.2",
    source: Source::Cps,
    effective: "2026-11-01",
    check: (ISSUING, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = certificate
        .basic_constraints
        .is_some_and(|found| found.path_len == Some(&[0]));
    ensure(good, || "pathLen is not 0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::oid;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::issuing();
        bad.set(oid::BASIC_CONSTRAINTS, hex::decode("30030101ff").unwrap());
        assert!(bad.breaks(&RULE));
    }
}
