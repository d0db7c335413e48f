//! countryName is two upper-case letters and not the escape value XX.

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_country_form",
    citation: "S/MIME BR 7.1.4.2.2 m",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .subject_values(oid::COUNTRY)
        .into_iter()
        .find(|value| {
            value.len() != 2 || !value.bytes().all(|b| b.is_ascii_uppercase()) || value == "XX"
        });
    ensure(wrong.is_none(), || format!("country is {wrong:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for value in ["pl", "XX", "P1"] {
            let mut bad = Specimen::leaf();
            bad.remove_from_subject(oid::COUNTRY);
            bad.add_to_subject(oid::COUNTRY, tlv::PRINTABLE_STRING, value);
            assert!(bad.breaks(&RULE), "{value}");
        }
    }
}
