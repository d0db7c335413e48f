//! Times of a CRL are UTCTime through 2049 and GeneralizedTime from 2050.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_time_form",
    citation: "RFC 5280 5.1.2.4, 5.1.2.5",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let dates = list.entries().iter().map(|entry| entry.revoked_at);
    let good = list.this_update.has_right_form()
        && list.next_update.is_none_or(|next| next.has_right_form())
        && dates.into_iter().all(|date| date.has_right_form());
    ensure(good, || "a time has the form of another century".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::{ListSpecimen, alone};

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        vec![ListSpecimen::leaves().but(|s| {
            s.this_update = tlv::element(tlv::GENERALIZED_TIME, &[b"20261201120000Z"]);
        })]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
