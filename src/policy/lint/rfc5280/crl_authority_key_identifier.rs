//! The authority key identifier of a CRL is the CA's own key identifier.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_authority_key_identifier",
    citation: "RFC 5280 5.2.1",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let Some(found) = list.authority_key else {
        return Ok(());
    };
    let good =
        found.identifier.is_some() && found.identifier == list.issuer.key_identifier.as_deref();
    ensure(good, || {
        "authorityKeyIdentifier does not name the CA's key".to_owned()
    })
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
        let other = tlv::sequence(&[&tlv::element(tlv::primitive(0), &[&[1; 20]])]);
        vec![ListSpecimen::leaves().but(|s| s.set(oids::AUTHORITY_KEY_IDENTIFIER, other))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
