//! nextUpdate is there and after thisUpdate.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_next_update",
    citation: "RFC 5280 5.1.2.5",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let good = list
        .next_update
        .is_some_and(|next| next.seconds > list.this_update.seconds);
    ensure(good, || {
        "nextUpdate is missing or not after thisUpdate".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![
            ListSpecimen::leaves().but(|s| s.next_update.clear()),
            ListSpecimen::leaves().but(|s| s.next_update.clone_from(&s.this_update)),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
