//! The country of a European unique identifier is that of the register's country.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_euid_country",
    citation: "S/MIME BR App. A.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate
        .values(oids::ORGANIZATION_IDENTIFIER)
        .find(|value| !is_consistent(value));
    ensure(wrong.is_none(), || {
        "the EUID is of another country".to_owned()
    })
}

/// `NTRCC-CCREGISTER.REF` repeats its country; without a dot it is no EUID.
fn is_consistent(value: &str) -> bool {
    let Some((place, reference)) = value
        .strip_prefix("NTR")
        .and_then(|rest| rest.split_once('-'))
    else {
        return true;
    };
    let Some((register, _)) = reference.split_once('.') else {
        return true;
    };
    let shape = register.len() > 2 && register.bytes().all(|b| b.is_ascii_alphanumeric());
    !shape || register.get(..2) == place.get(..2)
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
        let all = ["NTRPL-DEK1101R.HRB116737"].into_iter();
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
