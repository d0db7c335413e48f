//! The reason is the only entry extension, not critical, known, never 0; CA certificates have
//! one.

use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};
use crate::{
    pkix::{oid, tlv},
    policy::lint::list::ListKind,
};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_reason",
    citation: "RFC 5280 5.3.1",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let wrong = list.view.entries.iter().flatten().any(|entry| {
        let good = match entry.extensions.as_slice() {
            [] => list.kind == ListKind::Leaves,
            [only] => {
                let value = [tlv::ENUMERATED, 1];
                let code = only.value.strip_prefix(&value).unwrap_or_default();
                // 6 is a hold, which this CA does not offer; 8 belongs to delta CRLs.
                only.oid == oid::REASON_CODE
                    && !only.critical
                    && matches!(code, [1 | 2 | 3 | 4 | 5 | 9])
            }
            _ => false,
        };
        !good
    });
    ensure(!wrong, || {
        "an entry has a wrong reason or other extensions".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        for code in [0, 6, 7, 8, 11] {
            let mut bad = ListSpecimen::new();
            let value = tlv::element(tlv::OCTET_STRING, &[&[tlv::ENUMERATED, 1, code]]);
            let reason = tlv::sequence(&[&tlv::oid(&oid::REASON_CODE), &value]);
            let at = bad.this_update.clone();
            bad.entries
                .push(ListSpecimen::entry(&[9], &at, &tlv::sequence(&[&reason])));
            assert!(bad.breaks(&RULE), "{code}");
        }
    }
}
