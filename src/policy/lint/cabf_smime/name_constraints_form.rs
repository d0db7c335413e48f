//! nameConstraints are bare trees, and those of mailboxes name hosts or domains, never a full
//! address.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, ISSUING},
    day, ensure,
    name::RFC822_NAME,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_name_constraints_form",
    citation: "S/MIME BR 7.1.5, RFC 5280 4.2.1.10",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (ISSUING, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let Some(found) = &certificate.name_constraints else {
        return Ok(());
    };
    let wrong = found
        .bases
        .iter()
        .any(|base| base.kind == RFC822_NAME && base.value.contains(&b'@'));
    ensure(
        !wrong && !found.has_distance && !found.bases.is_empty(),
        || "nameConstraints have another form".to_owned(),
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
        let address = tlv::element(tlv::primitive(1), &[b"jan@example.com"]);
        let domain = tlv::element(tlv::primitive(1), &[b".example.com"]);
        let maximum = tlv::element(tlv::primitive(1), &[&[3]]);
        let all = [
            tlv::sequence(&[&address]),
            tlv::sequence(&[&domain, &maximum]),
        ];
        let all = all.into_iter();
        all.map(|tree| {
            let value = tlv::sequence(&[&tlv::element(tlv::constructed(0), &[&tree])]);
            Specimen::issuing().but(|s| {
                s.set(oids::NAME_CONSTRAINTS, value);
                s.critical(oids::NAME_CONSTRAINTS, true);
            })
        })
        .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
