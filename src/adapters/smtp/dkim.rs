//! DKIM signatures of our own mails (RFC 6376, RFC 8463): relaxed/relaxed, SHA-256.
//!
//! Written here because lettre's own signer brings the crate `rsa`, whose private operations leak
//! by time (RUSTSEC-2023-0071, without a fix). Verifying and DNS are not known here.

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::{Digest, Sha256};

use crate::domain::timestamp::Timestamp;

/// What is signed, each name once more than it stands in our mails: nobody can add a second one
/// (RFC 6376 8.15). Those we never write can be added by nobody.
const SIGNED: [&str; 27] = [
    "from",
    "from",
    "to",
    "to",
    "subject",
    "subject",
    "date",
    "date",
    "message-id",
    "message-id",
    "mime-version",
    "mime-version",
    "content-type",
    "content-type",
    "content-transfer-encoding",
    "content-transfer-encoding",
    "content-language",
    "content-language",
    "auto-submitted",
    "auto-submitted",
    // RFC 8058 4: both must be covered.
    "list-unsubscribe",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-unsubscribe-post",
    "sender",
    "reply-to",
    "cc",
];
/// Smallest RSA key, in bits: verifiers ignore what 512 bits signed and doubt 1024 (RFC 8301).
const SMALLEST_RSA: usize = 2048;
/// Octets of a line of the signature.
const WIDTH: usize = 72;

/// A domain's signing key.
pub struct DkimKey {
    domain: String,
    selector: String,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// A key or its names cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DkimFault {
    #[error("the key is no PEM of a PKCS #8 private key (BEGIN PRIVATE KEY)")]
    NotPem,
    #[error("the key is neither Ed25519 nor RSA of 2048 to 8192 bits")]
    Key,
    #[error("domain and selector are names of letters, digits, hyphens and dots")]
    Name,
    #[error("the key did not sign")]
    Sign,
}

impl DkimKey {
    /// A key of `domain`, whose public half stands at `selector._domainkey.domain`.
    ///
    /// # Errors
    /// When the PEM holds no key of these kinds or a name is none.
    pub fn new(domain: &str, selector: &str, pem: &SecretSlice<u8>) -> Result<Self, DkimFault> {
        if ![domain, selector].into_iter().all(is_name) {
            return Err(DkimFault::Name);
        }
        let (label, der) =
            pem_rfc7468::decode_vec(pem.expose_secret()).map_err(|_| DkimFault::NotPem)?;
        let der = SecretSlice::from(der);
        if label != "PRIVATE KEY" {
            return Err(DkimFault::NotPem);
        }
        Ok(Self {
            domain: domain.to_owned(),
            selector: selector.to_owned(),
            pair: pair(&der)?,
        })
    }

    /// The name that signs.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The header field for `message` (CRLF, ended by CRLF), to stand before it.
    pub(super) fn header(&self, message: &[u8], at: Timestamp) -> Result<String, DkimFault> {
        let (head, body) = split(message);
        let body = BASE64_STANDARD.encode(Sha256::digest(relaxed_body(body)));
        let algorithm = match self.pair {
            Pair::Rsa(_) => "rsa-sha256",
            Pair::Ed25519(_) => "ed25519-sha256",
        };
        let field = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={};\r\n\ts={}; t={};\r\n\th={};\r\n\tbh={body};\r\n\tb=",
            self.domain,
            self.selector,
            at.seconds(),
            SIGNED.join(":\r\n\t "),
        );
        let mut signed = signed_headers(head);
        // Its own field comes last, without a value of `b` and without CRLF (RFC 6376 3.7).
        signed.extend(relaxed_header(field.as_bytes()));
        let signature = BASE64_STANDARD.encode(self.sign(&signed)?);
        let mut folded = String::with_capacity(signature.len() + 64);
        for (number, octet) in signature.chars().enumerate() {
            if number > 0 && number % WIDTH == 0 {
                folded.push_str("\r\n\t ");
            }
            folded.push(octet);
        }
        Ok(format!("{field}{folded}\r\n"))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the interface wants a source of randomness; PKCS #1 v1.5 takes nothing from it"
    )]
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, DkimFault> {
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                )
                .map_err(|_| DkimFault::Sign)?;
                Ok(signature)
            }
            // RFC 8463 3: PureEdDSA over the digest.
            Pair::Ed25519(pair) => {
                let signature = pair.try_sign(&Sha256::digest(message));
                let signature = signature.map_err(|_| DkimFault::Sign)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }
}

impl fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DkimKey({}._domainkey.{})", self.selector, self.domain)
    }
}

fn is_name(text: &str) -> bool {
    let label = |label: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(plain)
    };
    text.len() <= 253 && text.split('.').all(label)
}

fn pair(der: &SecretSlice<u8>) -> Result<Pair, DkimFault> {
    let der = der.expose_secret();
    if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
        return Ok(Pair::Ed25519(Box::new(pair)));
    }
    match RsaKeyPair::from_pkcs8(der) {
        Ok(pair) if pair.public_modulus_len() * 8 >= SMALLEST_RSA => Ok(Pair::Rsa(Box::new(pair))),
        _ => Err(DkimFault::Key),
    }
}

/// Header fields with their line ends, and the body.
fn split(message: &[u8]) -> (&[u8], &[u8]) {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n");
    match end {
        Some(end) => message
            .split_at_checked(end + 2)
            .map_or((message, &[]), |(head, rest)| {
                (head, rest.get(2..).unwrap_or_default())
            }),
        None => (message, &[]),
    }
}

/// The fields named in [`SIGNED`], from the last of a name upward (RFC 6376 5.4.2).
fn signed_headers(head: &[u8]) -> Vec<u8> {
    let mut fields: Vec<Vec<u8>> = fields(head)
        .iter()
        .map(|field| relaxed_header(field))
        .collect();
    let mut signed = Vec::with_capacity(head.len());
    for name in SIGNED {
        let prefix = format!("{name}:");
        let place = fields
            .iter()
            .rposition(|field| field.starts_with(prefix.as_bytes()));
        if let Some(place) = place {
            signed.extend(fields.remove(place));
            signed.extend(b"\r\n");
        }
    }
    signed
}

/// Each field with its folded lines.
fn fields(head: &[u8]) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    for line in head.split_inclusive(|b| *b == b'\n') {
        match (line.first(), found.last_mut()) {
            (Some(b' ' | b'\t'), Some(field)) => field.extend(line),
            _ => found.push(line.to_vec()),
        }
    }
    found
}

/// RFC 6376 3.4.2, without the CRLF at the end.
fn relaxed_header(field: &[u8]) -> Vec<u8> {
    let colon = field.iter().position(|b| *b == b':').unwrap_or_default();
    let (name, value) = field.split_at_checked(colon).unwrap_or((field, &[]));
    let mut out = name.trim_ascii().to_ascii_lowercase();
    out.push(b':');
    let value: Vec<u8> = value
        .iter()
        .skip(1)
        .filter(|b| !matches!(b, b'\r' | b'\n'))
        .copied()
        .collect();
    out.extend(single_spaced(value.trim_ascii()));
    out
}

/// RFC 6376 3.4.4.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        out.extend(single_spaced(line.trim_ascii_end()));
        out.extend(b"\r\n");
    }
    while out.ends_with(b"\r\n\r\n") {
        out.truncate(out.len() - 2);
    }
    if out == b"\r\n" {
        out.clear();
    }
    out
}

fn single_spaced(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for octet in text {
        let is_space = matches!(octet, b' ' | b'\t');
        if !is_space {
            out.push(*octet);
        } else if out.last() != Some(&b' ') {
            out.push(b' ');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms_are_those_of_the_rfc() {
        // RFC 6376 3.4.5.
        let message = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let (head, body) = split(message);
        let fields: Vec<Vec<u8>> = fields(head)
            .iter()
            .map(|field| relaxed_header(field))
            .collect();
        assert_eq!(fields, [b"a:X".to_vec(), b"b:Y Z".to_vec()]);
        assert_eq!(relaxed_body(body), b" C\r\nD E\r\n");
        assert!(relaxed_body(b"\r\n\r\n").is_empty() && relaxed_body(b"").is_empty());
    }

    #[test]
    fn only_keys_that_verifiers_accept_are_taken() {
        let pem = |der: &[u8]| {
            let text = pem_rfc7468::encode_string("PRIVATE KEY", pem_rfc7468::LineEnding::LF, der);
            SecretSlice::from(text.unwrap().into_bytes())
        };
        let ed25519 = Ed25519KeyPair::generate().unwrap();
        let ed25519 = pem(ed25519.to_pkcs8v1().unwrap().as_ref());
        assert!(DkimKey::new("example.com", "s1", &ed25519).is_ok());
        for name in ["", "a b", "a;d=evil.example", "ż"] {
            let fault = DkimKey::new("example.com", name, &ed25519).unwrap_err();
            assert_eq!(fault, DkimFault::Name, "{name}");
        }
        let fault = |pem: &SecretSlice<u8>| DkimKey::new("example.com", "s1", pem).unwrap_err();
        assert_eq!(fault(&pem(&[0x30, 0])), DkimFault::Key);
        assert_eq!(
            fault(&SecretSlice::from(b"key".to_vec())),
            DkimFault::NotPem
        );
    }
}
