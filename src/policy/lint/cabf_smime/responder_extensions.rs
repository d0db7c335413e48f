//! An OCSP responder has no subjectAltName, no nameConstraints and no CRL distribution point.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, RESPONDER},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_responder_extensions",
    citation: "TLS BR 7.1.2.8.2",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (RESPONDER, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = [
        oids::SUBJECT_ALT_NAME,
        oids::NAME_CONSTRAINTS,
        oids::CRL_DISTRIBUTION_POINTS,
    ]
    .into_iter()
    .find(|oid| certificate.extension(oid).is_some());
    ensure(found.is_none(), || {
        format!("extension {:?} is there", found.map(oids::dotted))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, alt_names, crl_points},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::responder().but(|s| {
                s.set(
                    oids::SUBJECT_ALT_NAME,
                    alt_names(&[(1, b"ocsp@example.com")]),
                );
            }),
            Specimen::responder().but(|s| {
                s.set(
                    oids::CRL_DISTRIBUTION_POINTS,
                    crl_points(&["http://pki.example.com/0.crl"]),
                );
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
