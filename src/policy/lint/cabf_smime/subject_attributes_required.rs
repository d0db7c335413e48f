//! organizationName and organizationIdentifier are there.

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_subject_attributes_required",
    citation: "S/MIME BR 7.1.4.2.4",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let missing = [oid::ORGANIZATION, oid::ORGANIZATION_IDENTIFIER]
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
        for kind in [oid::ORGANIZATION, oid::ORGANIZATION_IDENTIFIER] {
            let mut bad = Specimen::leaf();
            bad.remove_from_subject(kind);
            assert!(bad.breaks(&RULE));
        }
    }
}
