//! Only a person for whom an organization stands has a role in a legal entity.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, NOT_SPONSORED},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_lei_role",
    citation: "S/MIME BR 7.1.2.3 l",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (NOT_SPONSORED, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    ensure(certificate.extension(oids::LEI_ROLE).is_none(), || {
        "an LEI role is there".to_owned()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let with =
            |specimen: Specimen| specimen.but(|s| s.set(oids::LEI_ROLE, vec![0x13, 1, b'x']));
        vec![
            with(Specimen::leaf()),
            with(Specimen::mailbox()),
            with(Specimen::individual()),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
