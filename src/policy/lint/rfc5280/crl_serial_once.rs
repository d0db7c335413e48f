//! No serial stands twice, and each is a positive number.

use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_serial_once",
    citation: "RFC 5280 5.1.2.6",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let entries = list.view.entries.iter().flatten();
    let mut serials = entries.map(|entry| entry.serial.value).collect::<Vec<_>>();
    serials.sort_unstable();
    let twice = serials.windows(2).any(|pair| pair.first() == pair.last());
    let bad = serials
        .iter()
        .any(|serial| serial.first().is_none_or(|first| *first >= 0x80));
    ensure(!twice && !bad, || {
        "a serial stands twice or is not positive".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        bad.entries.push(bad.entries[0].clone());
        assert!(bad.breaks(&RULE));
    }
}
