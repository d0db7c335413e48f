//! The authority key identifier is the issuer's subject key identifier; only a root may leave
//! it out.

use crate::policy::lint::certificate::Kind;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_authority_key_identifier",
    citation: "RFC 5280 4.2.1.1",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let expected = match certificate.issuer {
        Some(issuer) => Some(issuer.key_identifier()),
        None => certificate.subject_key,
    };
    let good = match certificate.authority_key {
        Some(found) => found.identifier == expected,
        None => certificate.kind == Kind::Root,
    };
    ensure(good, || {
        "authorityKeyIdentifier does not name the issuer's key".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::{oid, tlv};
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.remove(oid::AUTHORITY_KEY_IDENTIFIER);
        assert!(bad.breaks(&RULE));
        for mut bad in [Specimen::leaf(), Specimen::root()] {
            let other = tlv::sequence(&[&tlv::element(tlv::primitive(0), &[&[1; 20]])]);
            bad.set(oid::AUTHORITY_KEY_IDENTIFIER, other);
            assert!(bad.breaks(&RULE));
        }
    }
}
