//! All but a root name their issuer's key.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{BELOW_ROOT, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_authority_key_present",
    citation: "S/MIME BR 7.1.2.2 i, 7.1.2.3 g, RFC 5280 4.2.1.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (BELOW_ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    ensure(certificate.authority_key.is_some(), || {
        "authorityKeyIdentifier is missing".to_owned()
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
            Specimen::leaf().but(|s| s.remove(oids::AUTHORITY_KEY_IDENTIFIER)),
            Specimen::issuing().but(|s| s.remove(oids::AUTHORITY_KEY_IDENTIFIER)),
            Specimen::responder().but(|s| s.remove(oids::AUTHORITY_KEY_IDENTIFIER)),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
