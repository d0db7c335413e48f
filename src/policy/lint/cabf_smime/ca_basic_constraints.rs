//! A CA says so; a root has no path length.

use crate::policy::lint::certificate::Kind;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{CAS, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_ca_basic_constraints",
    citation: "S/MIME BR 7.1.2.1 b, 7.1.2.2 d",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (CAS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = certificate.basic_constraints.is_some_and(|found| {
        found.ca && (certificate.kind == Kind::Issuing || found.path_len.is_none())
    });
    ensure(good, || {
        "basicConstraints are not those of such a CA".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::oid;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for (mut bad, value) in [
            (Specimen::issuing(), "3000"),
            (Specimen::root(), "30060101ff020100"),
        ] {
            bad.set(oid::BASIC_CONSTRAINTS, hex::decode(value).unwrap());
            assert!(bad.breaks(&RULE));
            bad.remove(oid::BASIC_CONSTRAINTS);
            assert!(bad.breaks(&RULE));
        }
    }
}
