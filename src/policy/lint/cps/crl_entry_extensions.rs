//! An entry has a reason, not critical, and no other extension.

use crate::policy::lint::{
    ListRule, Source, Verdict, day, ensure,
    list::{CertificateList, LISTS},
};

pub const RULE: ListRule = ListRule {
    name: "e_crl_entry_extensions",
    citation: "CPS 7.2, RFC 5280 5.3",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check: (LISTS, check),
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let wrong = list.entries().iter().any(|entry| entry.has_other);
    ensure(!wrong, || "an entry has another extension".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::{
        oids,
        specimen::{ListSpecimen, alone},
    };

    pub(crate) fn specimens() -> Vec<ListSpecimen> {
        let reason = |critical| (oids::REASON_CODE.to_vec(), critical, vec![10, 1, 4]);
        // invalidityDate.
        let date = tlv::element(tlv::GENERALIZED_TIME, &[b"20261101000000Z"]);
        let date = (vec![0x55, 0x1d, 24], false, date);
        let at = "2026-11-30T00:00:00Z";
        vec![
            ListSpecimen::leaves().but(|s| s.enter(&[0x42; 16], at, &[reason(true)])),
            ListSpecimen::leaves().but(|s| s.enter(&[0x42; 16], at, &[reason(false), date])),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
