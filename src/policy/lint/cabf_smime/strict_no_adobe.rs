//! A strict leaf has no extension of Adobe.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, STRICT},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_strict_no_adobe",
    citation: "S/MIME BR 7.1.2.3 m",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (STRICT, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = [oids::ADOBE_TIME_STAMP, oids::ADOBE_ARCHIVE]
        .into_iter()
        .find(|oid| certificate.extension(oid).is_some());
    ensure(found.is_none(), || "an Adobe extension is there".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::strict().but(|s| s.set(oids::ADOBE_TIME_STAMP, vec![0x30, 0])),
            Specimen::strict().but(|s| s.set(oids::ADOBE_ARCHIVE, vec![0x30, 0])),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
