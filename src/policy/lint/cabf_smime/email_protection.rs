//! extKeyUsage is there and has emailProtection.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, SUBSCRIBED},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_email_protection",
    citation: "S/MIME BR 7.1.2.2 g, 7.1.2.3 f",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (SUBSCRIBED, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut found = certificate.purposes.iter().flatten();
    ensure(found.any(|oid| *oid == oids::EMAIL_PROTECTION), || {
        "extKeyUsage has no emailProtection".to_owned()
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
            Specimen::leaf().but(|s| s.remove(oids::EXT_KEY_USAGE)),
            Specimen::issuing().but(|s| s.remove(oids::EXT_KEY_USAGE)),
            Specimen::leaf().but(|s| s.set(oids::EXT_KEY_USAGE, purposes(&[]))),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
