//! Every entry of a CRL of CAs has a reason.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, OF_CAS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_ca_reason",
    citation: "S/MIME BR 7.2.2",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (OF_CAS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let missing = list.entries().iter().any(|entry| entry.reason.is_none());
    ensure(!missing, || "an entry has no reason".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![ListSpecimen::cas().but(|s| s.enter(&[0x42; 16], "2026-11-30T00:00:00Z", &[]))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
