//! The issuer is the subject of the issuer's certificate, byte for byte; a root names itself.

use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{ALL, Certificate},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_issuer_name_bytes",
    citation: "RFC 5280 4.1.2.4, S/MIME BR 7.1.4.1",
    source: Source::Rfc5280,
    effective: "2008-05-01",
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let expected = match certificate.issuer {
        Some(issuer) => issuer.subject().as_der(),
        None => certificate.view.subject,
    };
    ensure(certificate.view.issuer == expected, || {
        "the issuer is not the CA's subject byte for byte".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::{oid, tlv};
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        for mut bad in [Specimen::leaf(), Specimen::issuing(), Specimen::root()] {
            let country = tlv::element(tlv::UTF8_STRING, &[b"PL"]);
            bad.issuer = Specimen::name(&[(oid::COUNTRY, country)]);
            assert!(bad.breaks(&RULE));
        }
    }
}
