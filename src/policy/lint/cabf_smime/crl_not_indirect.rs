//! A CRL lists what its own CA issued, and no attribute certificates.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_not_indirect",
    citation: "S/MIME BR 7.2.2, RFC 5280 5.2.5",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let good = list
        .issuing_point
        .as_ref()
        .is_none_or(|point| !point.is_indirect && !point.is_for_attributes);
    ensure(good, || {
        "the CRL is indirect or of attribute certificates".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::{ListSpecimen, alone, full_name};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        let url = full_name(&["http://pki.example.com/crl/issuing-g1/0.crl"]);
        let all = [4, 5].into_iter();
        all.map(|flag| {
            let flag = tlv::element(tlv::primitive(flag), &[&[0xff]]);
            ListSpecimen::leaves().but(|s| s.point(&[&url, &flag]))
        })
        .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
