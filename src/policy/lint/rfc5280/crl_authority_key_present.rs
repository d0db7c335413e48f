//! A CRL names the key that signs it.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_authority_key_present",
    citation: "RFC 5280 5.2.1",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    ensure(list.authority_key.is_some(), || {
        "authorityKeyIdentifier is missing".to_owned()
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
        vec![ListSpecimen::leaves().but(|s| s.remove(oids::AUTHORITY_KEY_IDENTIFIER))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
