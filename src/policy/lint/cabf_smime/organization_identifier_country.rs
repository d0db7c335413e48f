//! The country in organizationIdentifier is that of the subject; LEI and INT have none, and the
//! tax prefixes EL and XI stand for GR and GB.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_organization_identifier_country",
    citation: "S/MIME BR 7.1.4.2.2 d",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Some(country) = certificate.values(oids::COUNTRY).next() else {
        return Ok(());
    };
    let wrong = certificate
        .values(oids::ORGANIZATION_IDENTIFIER)
        .find(|value| {
            let place = value.get(3..5).unwrap_or_default();
            let same = match value.get(..3).unwrap_or_default() {
                "VAT" if place == "EL" => country == "GR",
                "VAT" if place == "XI" => country == "GB",
                "NTR" | "VAT" | "PSD" | "GOV" => country == place,
                _ => true,
            };
            !same
        });
    ensure(wrong.is_none(), || {
        format!("organizationIdentifier is not of {country}")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::pkix::tlv;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let all = ["NTRDE-HRB1", "VATEL-123456789", "GOVXX"].into_iter();
        let with = |value: &str| {
            Specimen::leaf().but(|s| s.put(oids::ORGANIZATION_IDENTIFIER, tlv::UTF8_STRING, value))
        };
        all.map(with).collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
