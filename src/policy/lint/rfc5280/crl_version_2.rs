//! Version 2, encoded as 1.

use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_version_2",
    citation: "RFC 5280 5.1.2.1",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let version = list.view.version;
    ensure(version == 1, || format!("version is encoded as {version}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        bad.version = 2;
        assert!(bad.breaks(&RULE));
    }
}
