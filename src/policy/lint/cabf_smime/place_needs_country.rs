//! Locality, state and postal code need a country, a street a locality or state.

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_place_needs_country",
    citation: "S/MIME BR 7.1.4.2.2 j-m",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let has = |wanted| certificate.subject.iter().any(|found| found.oid == wanted);
    let place = has(oid::LOCALITY) || has(oid::STATE_OR_PROVINCE);
    let needs_country = place || has(oid::POSTAL_CODE);
    let good = (!needs_country || has(oid::COUNTRY)) && (!has(oid::STREET_ADDRESS) || place);
    ensure(good, || {
        "an address attribute lacks the one it needs".to_owned()
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
        assert!(bad.breaks(&RULE));
        let mut bad = Specimen::leaf();
        bad.remove_from_subject(oid::LOCALITY);
        bad.add_to_subject(oid::STREET_ADDRESS, tlv::UTF8_STRING, "Prosta 1");
        assert!(bad.breaks(&RULE));
    }
}
