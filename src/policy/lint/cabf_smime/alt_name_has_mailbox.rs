//! subjectAltName has at least one mailbox.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
    name::GeneralName,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_alt_name_has_mailbox",
    citation: "S/MIME BR 7.1.4.2.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let names = certificate.alt_names.as_deref().unwrap_or_default();
    ensure(
        names.is_empty() || names.iter().any(GeneralName::is_mailbox),
        || "subjectAltName has no mailbox".to_owned(),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::issuance::samples;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, alt_names},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![Specimen::leaf().but(|s| {
            let name = samples::ca_name("Example");
            s.set(oids::SUBJECT_ALT_NAME, alt_names(&[(4, name.as_der())]));
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
