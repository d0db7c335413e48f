//! No serial stands twice on a CRL.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_serial_once",
    citation: "RFC 5280 5.1.2.6",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let mut serials: Vec<&[u8]> = list.entries().iter().map(|entry| entry.serial).collect();
    serials.sort_unstable();
    let twice = serials.windows(2).any(|pair| pair.first() == pair.last());
    ensure(!twice, || "a serial stands twice".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![ListSpecimen::leaves().but(|s| s.entries.push(s.entries[0].clone()))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
