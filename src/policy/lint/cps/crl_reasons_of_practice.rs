//! This CA suspends nothing and revokes leaves for the reasons of its practice.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS, ListKind},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_reasons_of_practice",
    citation: "CPS 4.9.1, 4.9.13, 7.2",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let wrong = list.entries().iter().find_map(|entry| {
        let code = entry.reason?;
        let given = match list.kind {
            ListKind::Leaves => ![2, 6, 10].contains(&code),
            // A hold of a CA breaks the requirements already.
            ListKind::Cas => code != 10,
        };
        (!given).then_some(code)
    });
    ensure(wrong.is_none(), || format!("the reason is {wrong:?}"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![
            ListSpecimen::leaves().but(|s| s.enter_reason(6)),
            ListSpecimen::leaves().but(|s| s.enter_reason(2)),
            ListSpecimen::cas().but(|s| s.enter_reason(10)),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
