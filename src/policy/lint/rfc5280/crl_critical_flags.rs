//! authorityKeyIdentifier and cRLNumber of a CRL are not critical.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
    oids,
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_critical_flags",
    citation: "RFC 5280 5.2.1, 5.2.3",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let wrong = list.extensions.iter().find(|found| {
        let plain = [oids::AUTHORITY_KEY_IDENTIFIER, oids::CRL_NUMBER].contains(&found.oid);
        plain && found.critical
    });
    ensure(wrong.is_none(), || {
        let found = wrong.map(|found| oids::dotted(found.oid));
        format!("{found:?} is critical")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{ListSpecimen, alone},
    };

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![
            ListSpecimen::leaves().but(|s| s.critical(oids::AUTHORITY_KEY_IDENTIFIER, true)),
            ListSpecimen::leaves().but(|s| s.critical(oids::CRL_NUMBER, true)),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
