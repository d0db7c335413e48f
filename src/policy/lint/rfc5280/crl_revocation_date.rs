//! No revocation is dated after thisUpdate.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_revocation_date",
    citation: "RFC 5280 5.1.2.6",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let end = list.this_update.seconds;
    let wrong = list
        .entries()
        .iter()
        .any(|entry| entry.revoked_at.seconds > end);
    ensure(!wrong, || "a revocation lies in the future".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![ListSpecimen::leaves().but(|s| s.enter(&[0x42; 16], "2026-12-01T12:00:01Z", &[]))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
