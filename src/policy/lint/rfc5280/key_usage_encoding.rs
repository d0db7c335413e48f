//! keyUsage is there, has a bit, and ends with the last bit that is set.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_key_usage_encoding",
    citation: "RFC 5280 4.2.1.3, X.690 11.2.2",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let good = match certificate.key_usage {
        Some((unused, octets)) => octets
            .last()
            .is_some_and(|last| *last != 0 && last.trailing_zeros() == u32::from(unused)),
        None => false,
    };
    ensure(good, || {
        "keyUsage is missing, empty or has trailing zeros".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::oid;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.remove(oid::KEY_USAGE);
        assert!(bad.breaks(&RULE));
        for value in [&[3, 2, 0, 0xa0][..], &[3, 3, 0, 0xa0, 0], &[3, 1, 0]] {
            let mut bad = Specimen::leaf();
            bad.set(oid::KEY_USAGE, value.to_vec());
            assert!(bad.breaks(&RULE), "{value:?}");
        }
    }
}
