//! The number of a CRL is positive and has at most 20 octets.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, der, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_number_range",
    citation: "RFC 5280 5.2.3",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let good = list.number.is_none_or(|number| {
        let positive = der::magnitude(number).is_ok_and(|magnitude| magnitude != [0]);
        positive && number.len() <= 20
    });
    ensure(good, || "cRLNumber is out of range".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::{
        oids,
        specimen::{ListSpecimen, alone},
    };

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        let numbers = [vec![0], vec![0x80; 4], vec![1; 21]].into_iter();
        let number = |octets: Vec<u8>| tlv::element(tlv::INTEGER, &[&octets]);
        numbers
            .map(|octets| ListSpecimen::leaves().but(|s| s.set(oids::CRL_NUMBER, number(octets))))
            .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
