//! countryName is two upper-case letters.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_country_form",
    citation: "S/MIME BR 7.1.4.2.2 m, ISO 3166-1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .values(oids::COUNTRY)
        .find(|value| value.len() != 2 || !value.bytes().all(|b| b.is_ascii_uppercase()));
    ensure(wrong.is_none(), || format!("country is {wrong:?}"))
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
        let all = ["pl", "POL", "P1"].into_iter();
        all.map(|value| {
            Specimen::issuing().but(|s| s.put(oids::COUNTRY, tlv::PRINTABLE_STRING, value))
        })
        .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
