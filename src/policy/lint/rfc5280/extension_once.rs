//! An extension occurs at most once.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_extension_once",
    citation: "RFC 5280 4.2",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut seen = certificate
        .view
        .extensions
        .iter()
        .map(|found| found.oid)
        .collect::<Vec<_>>();
    seen.sort_unstable();
    let twice = seen.windows(2).find(|pair| pair.first() == pair.last());
    ensure(twice.is_none(), || format!("{twice:?} occurs twice"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        let again = bad.extensions[0].clone();
        bad.extensions.push(again);
        assert!(bad.breaks(&RULE));
    }
}
