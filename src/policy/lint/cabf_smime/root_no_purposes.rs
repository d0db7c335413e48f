//! A root has no extKeyUsage.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ROOT},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_root_no_purposes",
    citation: "S/MIME BR 7.1.2.1 e",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ROOT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    ensure(certificate.purposes.is_none(), || {
        "extKeyUsage is there".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, purposes},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::root()
                .but(|s| s.set(oids::EXT_KEY_USAGE, purposes(&[oids::EMAIL_PROTECTION]))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
