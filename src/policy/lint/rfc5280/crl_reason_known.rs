//! Reasons are values of CRLReason; removeFromCRL belongs to delta CRLs.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_reason_known",
    citation: "RFC 5280 5.3.1",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let wrong = list.entries().iter().find(|entry| {
        let known = entry
            .reason
            .is_none_or(|code| matches!(code, 0..=6 | 9 | 10));
        !known
    });
    ensure(wrong.is_none(), || {
        format!("the reason is {:?}", wrong.and_then(|entry| entry.reason))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![
            ListSpecimen::leaves().but(|s| s.enter_reason(7)),
            ListSpecimen::leaves().but(|s| s.enter_reason(8)),
            ListSpecimen::leaves().but(|s| s.enter_reason(11)),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
