//! The issuer is the CA's subject, byte for byte.

use crate::policy::lint::{ListCheck, Rule, Source, Verdict, ensure, list::CertificateList};

pub const RULE: Rule<ListCheck> = Rule {
    name: "e_crl_issuer_name_bytes",
    citation: "RFC 5280 5.1.2.3",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check,
};

fn check(list: &CertificateList<'_>) -> Verdict {
    ensure(list.view.issuer == list.issuer.subject().as_der(), || {
        "the issuer is not the CA's subject byte for byte".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::ListSpecimen;

    #[test]
    fn refuses() {
        let mut bad = ListSpecimen::new();
        bad.issuer = vec![0x30, 0];
        assert!(bad.breaks(&RULE));
    }
}
