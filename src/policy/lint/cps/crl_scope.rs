//! A CRL of leaves is partitioned: its distribution point is one http URL and nothing else; a
//! CRL of CAs is full and has none.

use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};
use crate::{
    pkix::{
        oid,
        tlv::{self, Element},
    },
    policy::lint::{
        certificate,
        list::{self, ListKind},
    },
};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_scope",
    citation: "CPS 7.2, CCADB 6.2",
    source: Source::Cps,
    effective: "2026-11-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    let found = list::find(&list.view.extensions, oid::ISSUING_DISTRIBUTION_POINT);
    let good = match (list.kind, found) {
        (ListKind::Cas, None) => true,
        (ListKind::Leaves, Some(point)) => {
            certificate::distribution_points(&tlv::sequence(&[point.value])).is_ok_and(|points| {
                let http = |name: &Element<'_>| {
                    name.tag == tlv::primitive(6) && name.value.starts_with(b"http://")
                };
                !points.has_other && points.names.len() == 1 && points.names.iter().all(http)
            })
        }
        _ => false,
    };
    ensure(good, || "the scope is not that of such a CRL".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        bad.remove(oid::ISSUING_DISTRIBUTION_POINT);
        assert!(bad.breaks(&RULE));
        // onlyContainsUserCerts without a distribution point.
        bad.set(
            oid::ISSUING_DISTRIBUTION_POINT,
            vec![0x30, 3, 0x81, 1, 0xff],
        );
        bad.critical(oid::ISSUING_DISTRIBUTION_POINT, true);
        assert!(bad.breaks(&RULE));
    }
}
