//! The country in organizationIdentifier is that of the subject; LEI and INT have none, and tax
//! prefixes EL and XI stand for GR and GB.

use crate::pkix::oid;
use crate::policy::lint::{
    CertificateCheck, Rule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    ensure,
};

pub const RULE: Rule<CertificateCheck> = Rule {
    name: "e_organization_identifier_country",
    citation: "S/MIME BR 7.1.4.2.2 d",
    source: Source::CabfSmime,
    effective: "2023-09-01",
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let countries = certificate.subject_values(oid::COUNTRY);
    let Some(country) = countries.first() else {
        return Ok(());
    };
    let wrong = certificate
        .subject_values(oid::ORGANIZATION_IDENTIFIER)
        .into_iter()
        .find(|value| {
            let scheme = value.get(..3).unwrap_or_default();
            let place = value.get(3..5).unwrap_or_default();
            let same = match (scheme, place) {
                ("LEI" | "INT", _) => true,
                ("VAT", "EL") => country == "GR",
                ("VAT", "XI") => country == "GB",
                _ => country == place,
            };
            !same
        });
    ensure(wrong.is_none(), || {
        format!("organizationIdentifier is not of {country}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::tlv;
    use crate::policy::lint::specimen::Specimen;

    #[test]
    fn refuses() {
        let mut bad = Specimen::leaf();
        bad.remove_from_subject(oid::ORGANIZATION_IDENTIFIER);
        bad.add_to_subject(oid::ORGANIZATION_IDENTIFIER, tlv::UTF8_STRING, "NTRDE-HRB1");
        assert!(bad.breaks(&RULE));
    }
}
