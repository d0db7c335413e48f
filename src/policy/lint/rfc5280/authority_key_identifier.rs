//! The authority key identifier is the issuer's subject key identifier.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_authority_key_identifier",
    citation: "RFC 5280 4.2.1.1",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Some(found) = certificate.authority_key else {
        return Ok(());
    };
    let expected = match certificate.issuer {
        Some(issuer) => issuer.key_identifier.as_deref(),
        None => certificate.subject_key,
    };
    ensure(
        found.identifier.is_some() && found.identifier == expected,
        || "authorityKeyIdentifier does not name the issuer's key".to_owned(),
    )
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
        let other = tlv::sequence(&[&tlv::element(tlv::primitive(0), &[&[1; 20]])]);
        let all = [Specimen::leaf(), Specimen::issuing(), Specimen::root()].into_iter();
        all.map(|s| s.but(|s| s.set(oids::AUTHORITY_KEY_IDENTIFIER, other.clone())))
            .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
