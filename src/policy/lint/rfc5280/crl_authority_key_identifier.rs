//! The authority key identifier is the CA's own subject key identifier.

use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_authority_key_identifier",
    citation: "RFC 5280 5.2.1",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let found = list.authority_key.and_then(|found| found.identifier);
    ensure(found == Some(list.issuer.key_identifier()), || {
        "authorityKeyIdentifier does not name the CA's key".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::{oid, tlv};
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        let other = tlv::sequence(&[&tlv::element(tlv::primitive(0), &[&[1; 20]])]);
        bad.set(oid::AUTHORITY_KEY_IDENTIFIER, other);
        assert!(bad.breaks(&RULE));
        bad.remove(oid::AUTHORITY_KEY_IDENTIFIER);
        assert!(bad.breaks(&RULE));
    }
}
