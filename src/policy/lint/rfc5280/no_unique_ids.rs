//! issuerUniqueID and subjectUniqueID must not be generated.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_no_unique_ids",
    citation: "RFC 5280 4.1.2.8",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    ensure(!certificate.view.has_unique_id, || {
        "a unique identifier is there".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.unique_id = true;
        assert!(bad.breaks(&RULE));
    }
}
