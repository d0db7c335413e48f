//! Only extensions of the kind's profile: each other one the requirements permit needs a reason
//! first.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate, Kind, Level},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_extension_allowed",
    citation: "CPS 7.1.2, S/MIME BR 7.1.2.4",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .extensions
        .iter()
        .find(|found| !is_known(certificate.kind, found.oid));
    ensure(wrong.is_none(), || {
        let found = wrong.map(|found| oids::dotted(found.oid));
        format!("extension {found:?} is not in the profile")
    })
}

/// What has a rule of its own that forbids it counts as known.
fn is_known(kind: Kind, oid: &[u8]) -> bool {
    match (kind, oid) {
        (
            _,
            oids::AUTHORITY_KEY_IDENTIFIER
            | oids::SUBJECT_KEY_IDENTIFIER
            | oids::KEY_USAGE
            | oids::BASIC_CONSTRAINTS
            | oids::EXT_KEY_USAGE
            | oids::CERTIFICATE_POLICIES,
        ) => true,
        (Kind::Root, _) => false,
        (_, oids::CRL_DISTRIBUTION_POINTS | oids::AUTHORITY_INFO_ACCESS) => true,
        (Kind::Issuing | Kind::Responder, oids::NAME_CONSTRAINTS) => true,
        (Kind::Issuing, _) => false,
        (_, oids::SUBJECT_ALT_NAME) => true,
        (Kind::Responder, oid) => oid == oids::OCSP_NO_CHECK,
        (_, oids::SUBJECT_DIRECTORY_ATTRIBUTES) => true,
        (kind, oids::LEI_ROLE) => kind.level() != Some(Level::Sponsor),
        (kind, oids::LEI) => !matches!(kind.level(), Some(Level::Organization | Level::Sponsor)),
        (Kind::Strict(_), oids::ADOBE_TIME_STAMP | oids::ADOBE_ARCHIVE) => true,
        _ => false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, alt_names},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        // smimeCapabilities, qcStatements, LEI, privateKeyUsagePeriod.
        let capabilities: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0f";
        let statements: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x01\x03";
        let period: &[u8] = b"\x55\x1d\x10";
        let all = [
            capabilities,
            statements,
            oids::LEI,
            period,
            oids::ADOBE_ARCHIVE,
        ];
        let with = |s: Specimen, oid: &[u8]| s.but(|s| s.set(oid, vec![0x30, 0]));
        let mut all: Vec<Specimen> = all.map(|oid| with(Specimen::leaf(), oid)).into();
        all.push(with(Specimen::sponsor(), oids::LEI));
        all.push(with(Specimen::sponsor(), oids::LEI_ROLE));
        all.push(with(Specimen::root(), period));
        all.push(with(Specimen::responder(), period));
        all.push(Specimen::issuing().but(|s| {
            s.set(
                oids::SUBJECT_ALT_NAME,
                alt_names(&[(1, b"jan@example.com")]),
            );
        }));
        all
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
