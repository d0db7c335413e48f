//! A CRL of leaves is partitioned: its distribution point is one http URL and nothing else.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, OF_LEAVES},
    name::GeneralName,
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_scope",
    citation: "CPS 7.2, CCADB 6.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (OF_LEAVES, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let good = list.issuing_point.as_ref().is_some_and(|found| {
        let point = found.point.as_ref();
        let one = point.is_some_and(|point| {
            !point.has_other
                && point.names.len() == 1
                && point.names.iter().all(GeneralName::is_http)
        });
        one && !found.is_partial
    });
    ensure(good, || "the scope is not that of such a CRL".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::{
        oids,
        specimen::{ListSpecimen, alone, full_name},
    };

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        let url = full_name(&["http://pki.example.com/crl/issuing-g1/0.crl"]);
        let https = full_name(&["https://pki.example.com/crl/issuing-g1/0.crl"]);
        let users = tlv::element(tlv::primitive(1), &[&[0xff]]);
        vec![
            ListSpecimen::leaves().but(|s| s.remove(oids::ISSUING_DISTRIBUTION_POINT)),
            ListSpecimen::leaves().but(|s| s.point(&[&users])),
            ListSpecimen::leaves().but(|s| s.point(&[&https])),
            ListSpecimen::leaves().but(|s| s.point(&[&url, &users])),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
