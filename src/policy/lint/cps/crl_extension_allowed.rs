//! A CRL has its three extensions and no other; there are no delta CRLs.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
    oids,
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_extension_allowed",
    citation: "CPS 7.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let wrong = list.extensions.iter().find(|found| {
        let known = [
            oids::AUTHORITY_KEY_IDENTIFIER,
            oids::CRL_NUMBER,
            oids::ISSUING_DISTRIBUTION_POINT,
        ];
        !known.contains(&found.oid)
    });
    ensure(wrong.is_none(), || {
        let found = wrong.map(|found| oids::dotted(found.oid));
        format!("extension {found:?} is not in the profile")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        // deltaCRLIndicator, freshestCRL.
        let all = [(27, vec![2, 1, 1]), (46, vec![0x30, 0])].into_iter();
        all.map(|(last, value)| ListSpecimen::leaves().but(|s| s.set(&[0x55, 0x1d, last], value)))
            .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
