//! A CA's subject has common name, organization and country.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{CAS, Certificate},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_ca_subject",
    citation: "S/MIME BR 7.1.4.3.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (CAS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let missing = [oids::COMMON_NAME, oids::ORGANIZATION, oids::COUNTRY]
        .into_iter()
        .find(|wanted| !certificate.has(wanted));
    ensure(missing.is_none(), || {
        format!("{:?} is missing", missing.map(oids::dotted))
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
        let all = [oids::COMMON_NAME, oids::ORGANIZATION, oids::COUNTRY].into_iter();
        all.map(|oid| Specimen::issuing().but(|s| s.take_away(oid)))
            .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
