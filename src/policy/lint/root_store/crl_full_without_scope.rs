//! A full CRL has no issuingDistributionPoint.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, OF_CAS},
};

pub const RULE: ListRule = ListRule {
    name: "w_crl_full_without_scope",
    citation: "CCADB 6.2",
    source: Source::RootStore,
    effective: day(2026, 3, 20),
    ineffective: None,
    check: (OF_CAS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    ensure(list.issuing_point.is_none(), || {
        "issuingDistributionPoint is there".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{ListSpecimen, alone, full_name};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![ListSpecimen::cas().but(|s| {
            s.point(&[&full_name(&["http://pki.example.com/crl/root/0.crl"])]);
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
