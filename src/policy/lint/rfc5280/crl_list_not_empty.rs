//! An empty list of entries is left out.

use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_list_not_empty",
    citation: "RFC 5280 5.1.2.6",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let empty = list.view.entries.as_ref().is_some_and(Vec::is_empty);
    ensure(!empty, || {
        "revokedCertificates is there and empty".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        bad.entries.clear();
        bad.keep_empty_list = true;
        assert!(bad.breaks(&RULE));
    }
}
