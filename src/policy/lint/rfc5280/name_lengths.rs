//! Values keep the upper bounds, counted in characters, and are not empty.

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_name_lengths",
    citation: "RFC 5280 App. A.1",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.subject.iter().find(|attribute| {
        let most = match attribute.oid {
            oid::COUNTRY => 2,
            oid::POSTAL_CODE => 40,
            oid::LOCALITY | oid::STATE_OR_PROVINCE | oid::STREET_ADDRESS => 128,
            oid::ORGANIZATION_IDENTIFIER => 128,
            oid::EMAIL_ADDRESS => 255,
            _ => 64,
        };
        let count = attribute.text().unwrap_or_default().chars().count();
        !(1..=most).contains(&count)
    });
    ensure(wrong.is_none(), || {
        format!("{:?} is empty or too long", wrong.map(|found| found.oid))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for (kind, count) in [
            (oid::ORGANIZATION, 65),
            (oid::COMMON_NAME, 0),
            (oid::LOCALITY, 129),
            (oid::COUNTRY, 3),
        ] {
            let mut bad = Specimen::leaf();
            let value = tlv::element(tlv::UTF8_STRING, &["ż".repeat(count).as_bytes()]);
            bad.subject = Specimen::name(&[(kind, value)]);
            assert!(bad.breaks(&RULE), "{kind}");
        }
    }
}
