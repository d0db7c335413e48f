//! nextUpdate at most 10 days after thisUpdate for leaves, 12 months for CAs, both ends
//! counted.

use crate::policy::lint::list::ListKind;
use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_period",
    citation: "S/MIME BR 4.9.7",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let most = match list.kind {
        ListKind::Leaves => 10,
        ListKind::Cas => 365,
    };
    let next = list.next_update.unwrap_or(list.this_update);
    let seconds = next.seconds() - list.this_update.seconds() + 1;
    ensure(seconds <= most * 86_400, || {
        format!("the CRL lives {seconds} s")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::validity;
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        bad.next_update = validity::time_der("2026-12-11T12:00:00Z".parse().unwrap());
        assert!(bad.breaks(&RULE));
    }
}
