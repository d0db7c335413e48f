//! URIs are absolute, with a host and without blanks or characters beyond ASCII.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure,
    name::URI,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_uri_form",
    citation: "RFC 5280 4.2.1.6, 4.2.1.13, RFC 3986",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check: (ALL, check),
};

fn check(certificate: &Certificate<'_>) -> Verdict {
    let points = certificate
        .crl_points
        .iter()
        .flat_map(|points| &points.names);
    let access = certificate
        .access
        .iter()
        .flatten()
        .map(|access| &access.location);
    let wrong = points
        .chain(access)
        .any(|name| name.kind == URI && !is_uri(name.value));
    ensure(!wrong, || "a URI is malformed".to_owned())
}

fn is_uri(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else {
        return false;
    };
    let host = |rest: &str| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let host = rest.get(..end).unwrap_or_default();
        !host.is_empty() && !host.contains('@') && !host.starts_with(':')
    };
    text.bytes()
        .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
        && text.split_once("://").is_some_and(|(_, rest)| host(rest))
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, access, alone, crl_points},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        vec![
            Specimen::leaf().but(|s| {
                s.set(
                    oids::CRL_DISTRIBUTION_POINTS,
                    crl_points(&["http:///crl/issuing-g1/0.crl"]),
                );
            }),
            Specimen::leaf().but(|s| {
                s.set(
                    oids::CRL_DISTRIBUTION_POINTS,
                    crl_points(&["http://pki.example.com/a b.crl"]),
                );
            }),
            Specimen::issuing().but(|s| {
                let url = "http://pki.example.com/ż.cer";
                s.set(
                    oids::AUTHORITY_INFO_ACCESS,
                    access(&[(oids::CA_ISSUERS, url)]),
                );
            }),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
