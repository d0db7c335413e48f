//! URLs point at hosts of the public root: who relies on a certificate stands outside.

use crate::policy::lint::{
    CertificateRule, Source, Verdict,
    certificate::{ALL, Certificate},
    day, ensure, host,
    name::URI,
};

pub const RULE: CertificateRule = CertificateRule {
    name: "e_url_host_public",
    citation: "S/MIME BR 4.2.2 (internal names), 7.1.2.3",
    source: Source::CabfSmime,
    effective: day(2023, 9, 1),
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
        .filter(|name| name.kind == URI)
        .filter_map(|name| host_of(name.value))
        .find(|host| !host::is_public(host));
    ensure(wrong.is_none(), || {
        "a URL points at an internal name or an address".to_owned()
    })
}

/// Lower-case, without a port; `None` when the URL is malformed, which is another fault.
fn host_of(value: &[u8]) -> Option<String> {
    let (_, rest) = std::str::from_utf8(value).ok()?.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end).filter(|host| !host.is_empty())?;
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    Some(host.to_ascii_lowercase())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::{
        oids,
        specimen::{Specimen, access, alone, crl_points},
    };

    pub(crate) fn specimens() -> Vec<Specimen> {
        let urls = [
            "http://pki/0.crl",
            "http://pki.local:8080/0.crl",
            "http://10.0.0.1/0.crl",
            "http://[::1]/0.crl",
        ];
        let points = urls.into_iter().map(|url| {
            Specimen::leaf().but(|s| s.set(oids::CRL_DISTRIBUTION_POINTS, crl_points(&[url])))
        });
        let issuing = Specimen::issuing().but(|s| {
            let url = "http://pki.internal/root.cer";
            s.set(
                oids::AUTHORITY_INFO_ACCESS,
                access(&[(oids::CA_ISSUERS, url)]),
            );
        });
        points.chain([issuing]).collect()
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
