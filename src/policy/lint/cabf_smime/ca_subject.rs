//! A CA's subject has common name, organization and country.

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{CAS, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_ca_subject",
    citation: "S/MIME BR 7.1.4.3.1",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (CAS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let missing = [oid::COMMON_NAME, oid::ORGANIZATION, oid::COUNTRY]
        .into_iter()
        .find(|wanted| !certificate.subject.iter().any(|found| found.oid == *wanted));
    ensure(missing.is_none(), || format!("{missing:?} is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for kind in [oid::COMMON_NAME, oid::ORGANIZATION, oid::COUNTRY] {
            let mut bad = Specimen::issuing();
            bad.remove_from_subject(kind);
            assert!(bad.breaks(&RULE));
        }
    }
}
