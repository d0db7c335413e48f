//! A CRL of leaves ends at most 10 days after it began, both ends counted.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, OF_LEAVES},
    time::DAY,
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_leaf_period",
    citation: "S/MIME BR 4.9.7",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (OF_LEAVES, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let seconds = list.seconds().unwrap_or(0);
    ensure(seconds <= 10 * DAY, || format!("the CRL lives {seconds} s"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::validity;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![ListSpecimen::leaves().but(|s| {
            s.next_update = validity::time_der("2026-12-11T12:00:00Z".parse().unwrap());
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
