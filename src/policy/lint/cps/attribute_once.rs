//! One attribute per RDN, each attribute once.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_attribute_once",
    citation: "CPS 7.1.4, RFC 5280 4.1.2.4",
    source: Source::Cps,
    effective: "2026-11-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut seen = Vec::new();
    let wrong = certificate.subject.iter().find(|attribute| {
        let again = seen.contains(&(Some(attribute.oid), None))
            || seen.contains(&(None, Some(attribute.rdn)));
        seen.push((Some(attribute.oid), None));
        seen.push((None, Some(attribute.rdn)));
        again
    });
    ensure(wrong.is_none(), || {
        format!(
            "{:?} occurs twice or shares its RDN",
            wrong.map(|found| found.oid)
        )
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
        bad.add_to_subject(oid::LOCALITY, tlv::UTF8_STRING, "Gdynia");
        assert!(bad.breaks(&RULE));
    }
}
