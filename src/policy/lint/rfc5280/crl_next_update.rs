//! nextUpdate is there and after thisUpdate.

use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_next_update",
    citation: "RFC 5280 5.1.2.5",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let good = list.next_update.is_some_and(|next| next > list.this_update);
    ensure(good, || {
        "nextUpdate is missing or not after thisUpdate".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        bad.next_update.clear();
        assert!(bad.breaks(&RULE));
        bad.next_update.clone_from(&bad.this_update);
        assert!(bad.breaks(&RULE));
    }
}
