//! nameConstraints are critical.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ISSUING},
    day, ensure, oids,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "w_name_constraints_critical",
    citation: "RFC 5280 4.2.1.10, S/MIME BR 7.1.2.2 h",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ISSUING, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let wrong = certificate.has_flag(oids::NAME_CONSTRAINTS, false);
    ensure(!wrong, || "nameConstraints are not critical".to_owned())
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
        let base = tlv::element(tlv::primitive(1), &[b"example.com"]);
        let tree = tlv::element(tlv::constructed(0), &[&tlv::sequence(&[&base])]);
        let value = tlv::sequence(&[&tree]);
        vec![Specimen::issuing().but(|s| s.set(oids::NAME_CONSTRAINTS, value))]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
