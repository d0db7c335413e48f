//! subjectAltName has no name of a forbidden kind.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{Certificate, LEAVES},
    day, ensure,
    name::{DIRECTORY_NAME, OTHER_NAME, RFC822_NAME},
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_alt_name_kinds",
    citation: "S/MIME BR 7.1.4.2.1",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
    ineffective: None,
    check: (LEAVES, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let mut names = certificate.alt_names.iter().flatten();
    let wrong = names.find(|name| !matches!(name.kind, OTHER_NAME | RFC822_NAME | DIRECTORY_NAME));
    ensure(wrong.is_none(), || {
        format!(
            "subjectAltName has a name of kind {:?}",
            wrong.map(|name| name.kind)
        )
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, alone, alt_names},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let forbidden: [(u8, &[u8]); 4] = [
            (2, b"example.com"),
            (6, b"http://example.com/"),
            (7, &[127, 0, 0, 1]),
            (8, &[0x2a, 3]),
        ];
        let all = forbidden.into_iter();
        all.map(|name| {
            let names = alt_names(&[(1, b"jan.kowalski@example.com"), name]);
            Specimen::leaf().but(|s| s.set(oids::SUBJECT_ALT_NAME, names))
        })
        .collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
