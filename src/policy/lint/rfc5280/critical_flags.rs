//! keyUsage and a CA's basicConstraints are critical, all else is not.

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_critical_flags",
    citation: "RFC 5280 4.2.1, S/MIME BR 7.1.2",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.view.extensions.iter().find(|found| {
        let expected = found.oid == oid::KEY_USAGE || found.oid == oid::BASIC_CONSTRAINTS;
        found.critical != expected
    });
    ensure(wrong.is_none(), || {
        let found = wrong.map(|wrong| (wrong.oid, wrong.critical));
        format!("critical flag is wrong: {found:?}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for (extension, critical) in [
            (oid::KEY_USAGE, false),
            (oid::SUBJECT_ALT_NAME, true),
            (oid::AUTHORITY_KEY_IDENTIFIER, true),
            (oid::CERTIFICATE_POLICIES, true),
        ] {
            let mut bad = Specimen::leaf();
            bad.critical(extension, critical);
            assert!(bad.breaks(&RULE), "{extension}");
        }
        let mut bad = Specimen::issuing();
        bad.critical(oid::BASIC_CONSTRAINTS, false);
        assert!(bad.breaks(&RULE));
    }
}
