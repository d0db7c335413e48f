//! Extensions need version 3, encoded as 2.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_version_3",
    citation: "RFC 5280 4.1.2.1",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let version = certificate.view.version;
    ensure(version == 2, || format!("version is encoded as {version}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.version = 1;
        assert!(bad.breaks(&RULE));
    }
}
