//! issuingDistributionPoint is critical.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
    oids,
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_scope_critical",
    citation: "RFC 5280 5.2.5",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let found = list.extension(oids::ISSUING_DISTRIBUTION_POINT);
    ensure(found.is_none_or(|found| found.critical), || {
        "issuingDistributionPoint is not critical".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{ListSpecimen, alone},
    };

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![ListSpecimen::leaves().but(|s| s.critical(oids::ISSUING_DISTRIBUTION_POINT, false))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
