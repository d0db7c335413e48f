//! The issuer is the CA's subject byte for byte.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_issuer_name_bytes",
    citation: "RFC 5280 4.1.2.4, S/MIME BR 7.1.4.1",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let expected = match certificate.issuer {
        Some(issuer) => &issuer.subject,
        None => certificate.subject_name,
    };
    ensure(certificate.issuer_name == expected, || {
        "the issuer is not the CA's subject byte for byte".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::issuance::samples;
    use crate::policy::lint::specimen::{Specimen, alone};

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| s.issuer_name = samples::ca_name("Other").as_der().to_vec()),
            Specimen::issuing()
                .but(|s| s.issuer_name = samples::ca_name("Other").as_der().to_vec()),
            Specimen::root().but(|s| s.issuer_name = samples::ca_name("Other").as_der().to_vec()),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
