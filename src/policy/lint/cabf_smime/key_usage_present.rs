//! Every certificate has keyUsage.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_key_usage_present",
    citation: "S/MIME BR 7.1.2.1 c, 7.1.2.2 f, 7.1.2.3 e",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    ensure(certificate.key_usage.is_some(), || {
        "keyUsage is missing".to_owned()
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
        vec![
            Specimen::leaf().but(|s| s.remove(oids::KEY_USAGE)),
            Specimen::responder().but(|s| s.remove(oids::KEY_USAGE)),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
