//! extKeyUsage of a strict leaf has emailProtection only.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, STRICT},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_strict_purposes",
    citation: "S/MIME BR 7.1.2.3 f",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (STRICT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.further_purposes().next();
    ensure(wrong.is_none(), || {
        format!("extKeyUsage has {:?}", wrong.map(oids::dotted))
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
            Specimen::strict().but(|s| {
                let all = [oids::EMAIL_PROTECTION, oids::CLIENT_AUTH];
                s.set(oids::EXT_KEY_USAGE, purposes(&all));
            }),
            Specimen::strict().but(|s| {
                let all = [oids::EMAIL_PROTECTION, oids::OCSP_SIGNING];
                s.set(oids::EXT_KEY_USAGE, purposes(&all));
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
