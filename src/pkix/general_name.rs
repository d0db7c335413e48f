//! The two `GeneralName` forms this CA writes (RFC 5280 4.2.1.6): mailbox and URL.
//!
//! Knows their encoding, not whether a mailbox is controlled or a URL is live.

use std::fmt;

use super::tlv;

/// `[1] rfc822Name`, a mailbox `local@domain` in ASCII with a lower-case domain (RFC 5321 4.1.2;
/// RFC 9598 wants A-labels and lower case). Local parts are dot-atoms: quoted ones are refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rfc822Name(String);

/// The text is no mailbox this CA can certify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an ASCII mailbox with a lower-case domain of at least two labels")]
pub struct InvalidMailbox;

impl Rfc822Name {
    /// Most octets of a path without its brackets (RFC 5321 4.5.3.1.3).
    const MAX: usize = 254;

    /// # Errors
    /// When the text is not exactly a mailbox in certificate form.
    pub fn parse(text: &str) -> Result<Self, InvalidMailbox> {
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidMailbox)?;
        let fits = text.len() <= Self::MAX && is_local_part(local) && is_domain(domain);
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidMailbox)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The DER `GeneralName`.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        tlv::element(tlv::primitive(1), &[self.0.as_bytes()])
    }
}

impl fmt::Display for Rfc822Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `[6] uniformResourceIdentifier` with scheme http: what S/MIME BR 7.1.2.3 wants in CRL
/// distribution points and authority information access.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HttpUrl(String);

/// The text is no plain http URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an http:// URL of graphic ASCII with a host")]
pub struct InvalidUrl;

impl HttpUrl {
    /// # Errors
    /// When the scheme is not `http`, no host follows, or a character needs escaping.
    pub fn parse(text: &str) -> Result<Self, InvalidUrl> {
        let rest = text.strip_prefix("http://").ok_or(InvalidUrl)?;
        let host = rest.split('/').next().unwrap_or_default();
        let graphic = text.bytes().all(|b| b.is_ascii_graphic());
        let plain = !text.contains(['"', '<', '>', '\\', '^', '`', '{', '|', '}']);
        if !host.is_empty() && !host.contains('@') && graphic && plain && text.len() <= 1024 {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidUrl)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The DER `GeneralName`.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        tlv::element(tlv::primitive(6), &[self.0.as_bytes()])
    }
}

/// A dot-atom of RFC 5321 4.1.2 with at most 64 octets.
#[must_use]
pub fn is_local_part(local: &str) -> bool {
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    (1..=64).contains(&local.len())
        && local
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(atom))
}

/// At least two LDH labels, lower case, the last one not all digits (RFC 1034 3.5, RFC 9598 4).
#[must_use]
pub fn is_domain(domain: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| letter(b) || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(label)
        && !top.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_in_certificate_form_pass() {
        for good in ["a@example.com", "Jan.Kowalski+x@xn--bcher-kva.example"] {
            assert_eq!(Rfc822Name::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "a",
            "@example.com",
            "a@",
            "a@localhost",
            "a@Example.com",
            "a@example.com.",
            "a..b@example.com",
            "\"a b\"@example.com",
            "A <a@example.com>",
            "ü@example.com",
            "a@[192.0.2.1]",
            "a@1.2.3.4",
            "a@-x.com",
            &format!("{}@example.com", "a".repeat(65)),
        ] {
            assert_eq!(Rfc822Name::parse(bad), Err(InvalidMailbox), "{bad}");
        }
    }

    #[test]
    fn only_plain_http_is_a_url() {
        assert!(HttpUrl::parse("http://pki.example.com/crl/a/0.crl").is_ok());
        for bad in [
            "https://a.example",
            "http://",
            "http:///x",
            "http://u@h/",
            "http://h/ x",
            "ldap://x",
        ] {
            assert_eq!(HttpUrl::parse(bad), Err(InvalidUrl), "{bad}");
        }
    }
}
