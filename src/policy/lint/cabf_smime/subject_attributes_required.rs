//! Where an organization stands in the subject, its name and its identifier are there.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, OF_ORGANIZATIONS},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_subject_attributes_required",
    citation: "S/MIME BR 7.1.4.2.4, 7.1.4.2.5",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (OF_ORGANIZATIONS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let missing = [oids::ORGANIZATION, oids::ORGANIZATION_IDENTIFIER]
        .into_iter()
        .find(|wanted| !certificate.has(wanted));
    ensure(missing.is_none(), || {
        format!("{:?} is missing", missing.map(oids::dotted))
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
        vec![
            Specimen::leaf().but(|s| s.take_away(oids::ORGANIZATION_IDENTIFIER)),
            Specimen::leaf().but(|s| {
                s.take_away(oids::ORGANIZATION);
                s.put(
                    oids::COMMON_NAME,
                    tlv::UTF8_STRING,
                    "jan.kowalski@example.com",
                );
            }),
            Specimen::sponsor().but(|s| s.take_away(oids::ORGANIZATION_IDENTIFIER)),
            Specimen::sponsor()
                .strict_too()
                .but(|s| s.take_away(oids::ORGANIZATION)),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
