//! Each RDN has one attribute.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_one_attribute_per_rdn",
    citation: "CPS 7.1.4",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let all = &certificate.subject;
    let shared = all
        .iter()
        .zip(all.iter().skip(1))
        .any(|(one, next)| one.rdn == next.rdn);
    ensure(!shared, || "two attributes share an RDN".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| {
            let locality = s.subject.remove(1);
            s.subject[0].extend(locality);
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
