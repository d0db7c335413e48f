//! authorityKeyIdentifier, cRLNumber and, critical, the issuing distribution point; no delta.

use crate::pkix::oid;
use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_extensions",
    citation: "RFC 5280 5.2, CPS 7.2",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let mut seen = Vec::new();
    let wrong = list.view.extensions.iter().find(|found| {
        let again = seen.contains(&found.oid);
        seen.push(found.oid);
        let critical = match found.oid {
            oid::AUTHORITY_KEY_IDENTIFIER | oid::CRL_NUMBER => Some(false),
            oid::ISSUING_DISTRIBUTION_POINT => Some(true),
            _ => None,
        };
        again || critical != Some(found.critical)
    });
    ensure(wrong.is_none(), || {
        format!(
            "extension {:?} is not in the profile",
            wrong.map(|found| found.oid)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        bad.set(oid::DELTA_CRL_INDICATOR, vec![2, 1, 1]);
        assert!(bad.breaks(&RULE));
        let mut bad = ListSpecimen::new();
        bad.critical(oid::ISSUING_DISTRIBUTION_POINT, false);
        assert!(bad.breaks(&RULE));
    }
}
