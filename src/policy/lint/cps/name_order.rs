//! The attributes stand in the order the CPS states.

use const_oid::ObjectIdentifier;

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_name_order",
    citation: "CPS 7.1.4",
    source: Source::Cps,
    effective: "2026-11-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    const ORDER: [ObjectIdentifier; 7] = [
        oid::COUNTRY,
        oid::STATE_OR_PROVINCE,
        oid::LOCALITY,
        oid::ORGANIZATION,
        oid::ORGANIZATION_IDENTIFIER,
        oid::COMMON_NAME,
        oid::EMAIL_ADDRESS,
    ];
    let places = certificate
        .subject
        .iter()
        .map(|found| ORDER.iter().position(|oid| *oid == found.oid));
    ensure(places.is_sorted(), || {
        "the attributes stand in another order".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.remove_from_subject(oid::COUNTRY);
        bad.add_to_subject(oid::COUNTRY, tlv::PRINTABLE_STRING, "PL");
        assert!(bad.breaks(&RULE));
    }
}
