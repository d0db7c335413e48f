//! Locality, state and postal code need a country.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_place_needs_country",
    citation: "S/MIME BR 7.1.4.2.2 k-m",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let places = [oids::LOCALITY, oids::STATE_OR_PROVINCE, oids::POSTAL_CODE];
    let needs = places.iter().any(|place| certificate.has(place));
    ensure(!needs || certificate.has(oids::COUNTRY), || {
        "a place has no country".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| s.take_away(oids::COUNTRY))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
