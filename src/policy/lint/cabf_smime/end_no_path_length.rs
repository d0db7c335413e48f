//! What is no CA has no path length.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ENDS},
    day, ensure,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_end_no_path_length",
    citation: "S/MIME BR 7.1.2.3 d, RFC 5280 4.2.1.9",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ENDS, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let found = certificate
        .basic_constraints
        .and_then(|found| found.path_len);
    ensure(found.is_none(), || "there is a path length".to_owned())
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
            Specimen::leaf()
                .but(|s| s.set(oids::BASIC_CONSTRAINTS, hex::decode("3003020100").unwrap())),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
