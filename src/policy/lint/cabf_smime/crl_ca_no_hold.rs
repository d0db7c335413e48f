//! The revocation of a CA is not a hold.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, OF_CAS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_ca_no_hold",
    citation: "S/MIME BR 7.2.2",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (OF_CAS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let found = list.entries().iter().any(|entry| entry.reason == Some(6));
    ensure(!found, || "an entry is a hold".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![ListSpecimen::cas().but(|s| s.enter_reason(6))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
