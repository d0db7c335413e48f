//! No entry is dated after thisUpdate.

use crate::pkix::validity;
use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_revocation_date",
    citation: "RFC 5280 5.3",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let wrong = list.view.entries.iter().flatten().any(|entry| {
        validity::parse_time(&entry.revoked_at).map_or(true, |at| at > list.this_update)
    });
    ensure(!wrong, || "a revocation lies in the future".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        let late = validity::time_der("2040-01-01T00:00:00Z".parse().unwrap());
        bad.entries.push(ListSpecimen::entry(&[9], &late, &[]));
        assert!(bad.breaks(&RULE));
    }
}
