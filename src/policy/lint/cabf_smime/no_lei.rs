//! Where no organization stands in the subject, there is no identifier of a legal entity.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, WITHOUT_ORGANIZATION},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_no_lei",
    citation: "S/MIME BR 7.1.2.3 l",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (WITHOUT_ORGANIZATION, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    ensure(certificate.extension(oids::LEI).is_none(), || {
        "an LEI is there".to_owned()
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
        let with = |specimen: Specimen| specimen.but(|s| s.set(oids::LEI, vec![0x13, 1, b'x']));
        vec![with(Specimen::mailbox()), with(Specimen::individual())]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
