//! A street needs a locality or state.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_street_needs_place",
    citation: "S/MIME BR 7.1.4.2.2 j",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let place = certificate.has(oids::LOCALITY) || certificate.has(oids::STATE_OR_PROVINCE);
    ensure(place || !certificate.has(oids::STREET_ADDRESS), || {
        "a street has no place".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| {
            s.take_away(oids::LOCALITY);
            s.add(oids::STREET_ADDRESS, tlv::UTF8_STRING, "Prosta 1");
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
