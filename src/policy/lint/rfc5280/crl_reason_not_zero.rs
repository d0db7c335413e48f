//! An unspecified reason is left out, not encoded.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_reason_not_zero",
    citation: "RFC 5280 5.3.1",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let wrong = list.entries().iter().any(|entry| entry.reason == Some(0));
    ensure(!wrong, || "the reason unspecified is encoded".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![
            ListSpecimen::leaves().but(|s| s.enter_reason(0)),
            ListSpecimen::cas().but(|s| s.enter_reason(0)),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
