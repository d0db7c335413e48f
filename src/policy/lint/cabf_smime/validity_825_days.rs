//! At most 825 days of 86 400 s, both ends counted.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_validity_825_days",
    citation: "S/MIME BR 6.3.2",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let seconds = certificate.validity.seconds();
    ensure(seconds <= 825 * 86_400, || {
        format!("the certificate is valid for {seconds} s")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lint::specimen::Specimen;
    use crate::{
        domain::timestamp::{Timestamp, days},
        pkix::validity::Validity,
    };

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        let begin: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        let end = begin.plus(days(825));
        bad.validity = Validity::new(begin, end).unwrap().to_der();
        assert!(bad.breaks(&RULE));
    }
}
