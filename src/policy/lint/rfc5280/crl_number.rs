//! cRLNumber is there, positive and below 2^159.

use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_number",
    citation: "RFC 5280 5.2.3",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let good = list.number.is_some_and(|number| {
        let top = number.first().is_some_and(|first| *first >= 0x80);
        number != [0] && number.len() <= 20 && !(number.len() == 20 && top)
    });
    ensure(good, || "cRLNumber is missing or out of range".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::{oid, tlv};
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        bad.remove(oid::CRL_NUMBER);
        assert!(bad.breaks(&RULE));
        for number in [vec![0], vec![0x80; 20], vec![1; 21]] {
            bad.set(oid::CRL_NUMBER, tlv::integer(&number));
            assert!(bad.breaks(&RULE));
        }
    }
}
