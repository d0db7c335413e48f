//! extKeyUsage has none of serverAuth, codeSigning, timeStamping and anyExtendedKeyUsage.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, FORBIDDEN_PURPOSES, SUBSCRIBED},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_forbidden_purposes",
    citation: "S/MIME BR 7.1.2.2 g, 7.1.2.3 f",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (SUBSCRIBED, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut found = certificate.purposes.iter().flatten();
    let wrong = found.find(|oid| FORBIDDEN_PURPOSES.contains(oid));
    ensure(wrong.is_none(), || {
        format!("extKeyUsage has {:?}", wrong.map(|oid| oids::dotted(oid)))
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
            Specimen::leaf().but(|s| {
                let all = [oids::EMAIL_PROTECTION, oids::SERVER_AUTH];
                s.set(oids::EXT_KEY_USAGE, purposes(&all));
            }),
            Specimen::leaf().but(|s| {
                let all = [oids::EMAIL_PROTECTION, oids::CODE_SIGNING];
                s.set(oids::EXT_KEY_USAGE, purposes(&all));
            }),
            Specimen::strict().but(|s| {
                let all = [oids::EMAIL_PROTECTION, oids::TIME_STAMPING];
                s.set(oids::EXT_KEY_USAGE, purposes(&all));
            }),
            Specimen::issuing().but(|s| {
                let all = [oids::EMAIL_PROTECTION, oids::ANY_EXT_KEY_USAGE];
                s.set(oids::EXT_KEY_USAGE, purposes(&all));
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
