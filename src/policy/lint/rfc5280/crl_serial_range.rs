//! Serials on a CRL are positive and have at most 20 octets.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, der, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_serial_range",
    citation: "RFC 5280 4.1.2.2, 5.1.2.6",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let wrong = list.entries().iter().any(|entry| {
        let positive = der::magnitude(entry.serial).is_ok_and(|magnitude| magnitude != [0]);
        !positive || entry.serial.len() > 20
    });
    ensure(!wrong, || "a serial is out of range".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![
            ListSpecimen::leaves().but(|s| s.enter(&[0x80; 16], "2026-11-30T00:00:00Z", &[])),
            ListSpecimen::leaves().but(|s| s.enter(&[0x40; 21], "2026-11-30T00:00:00Z", &[])),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
