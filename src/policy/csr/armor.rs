//! PEM blocks in pasted text (RFC 7468): text around blocks, any line ends, any line length.
//!
//! Looser than `pem-rfc7468` on purpose: what the tools of the field print must pass, and a
//! private key must be seen even in a damaged block.

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::fault::CsrFault;

/// Most blocks that are looked at; honest text has one.
const MAX_BLOCKS: usize = 16;
/// Most runs of base64 outside blocks that are looked at.
const MAX_RUNS: usize = 16;
/// Shortest run of base64 that could hold a private key.
const MIN_RUN: usize = 40;

/// One `-----BEGIN label-----` with what follows.
pub(in crate::policy) struct Block<'a> {
    pub(in crate::policy) label: &'a str,
    /// `None` when the end line is missing or the base64 is damaged. May be a private key, so
    /// it is wiped.
    pub(in crate::policy) der: Option<Zeroizing<Vec<u8>>>,
}

/// All blocks of a text.
pub(in crate::policy) struct Armored<'a> {
    pub(in crate::policy) blocks: Vec<Block<'a>>,
    /// A line speaks of a private key, whether or not its block is whole.
    pub(in crate::policy) names_private_key: bool,
    /// What base64 outside blocks decodes to; wiped, for it may be a private key.
    pub(in crate::policy) loose: Vec<Zeroizing<Vec<u8>>>,
    /// There were more blocks than are looked at.
    overflow: bool,
}

impl Armored<'_> {
    /// The DER of every whole block with a request's label.
    pub(in crate::policy) fn requests(&self) -> impl Iterator<Item = &[u8]> {
        let requests = self.blocks.iter().filter(|block| is_request(block.label));
        requests.filter_map(|block| block.der.as_ref().map(|der| der.as_slice()))
    }
}

/// Finds the blocks of `text`.
pub(in crate::policy) fn read(text: &str) -> Armored<'_> {
    let mut blocks = Vec::new();
    let mut outside = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("-----BEGIN ") {
        outside.push(before);
        rest = after;
        if blocks.len() == MAX_BLOCKS {
            break;
        }
        let Some((label, body)) = after.split_once("-----") else {
            break;
        };
        if label.len() > 64 || label.contains(['\n', '\r']) {
            continue;
        }
        let end = format!("-----END {label}-----");
        let der = body.split_once(&end).and_then(|(content, behind)| {
            rest = behind;
            decode(content)
        });
        blocks.push(Block { label, der });
    }
    outside.push(rest);
    let overflow = blocks.len() == MAX_BLOCKS;
    let names_private_key = speaks_of_private_key(text)
        || blocks
            .iter()
            .any(|block| block.label.contains("PRIVATE KEY") || block.label == "PKCS12");
    Armored {
        blocks,
        names_private_key,
        loose: loose(&outside),
        overflow,
    }
}

/// Marks of private keys in whatever form: armour in any case and with any dashes, PuTTY, JWK
/// (RFC 7517), XML signatures, and the text that OpenSSL prints.
fn speaks_of_private_key(text: &str) -> bool {
    let has = |line: &str, mark: &str| {
        let mut windows = line.as_bytes().windows(mark.len());
        windows.any(|window| window.eq_ignore_ascii_case(mark.as_bytes()))
    };
    let armored =
        |line: &str| has(line, "private key") && (has(line, "begin ") || line.contains("---"));
    let printed = |line: &str| {
        ["PuTTY-User-Key-File-", "privateExponent:", "priv:"]
            .iter()
            .any(|mark| line.trim_start().starts_with(mark))
    };
    let together = |one: &str, other: &str| text.contains(one) && text.contains(other);
    text.split(['\n', '\r'])
        .any(|line| armored(line) || printed(line))
        || together("\"kty\"", "\"d\"")
        || together("<RSAKeyValue", "<D>")
}

/// Lines of nothing but base64, joined while they follow each other.
fn loose(outside: &[&str]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut found = Vec::new();
    for part in outside {
        let mut run = Zeroizing::new(Vec::with_capacity(part.len()));
        // CRLF, LF and CR end a line; the empty one behind all ends the last run.
        let lines = part.split('\n').flat_map(|line| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            line.split('\r')
        });
        for line in lines.chain([""]) {
            let line = line.trim();
            let is_base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
            if !line.is_empty() && line.bytes().all(is_base64) {
                run.extend_from_slice(line.as_bytes());
                continue;
            }
            if run.len() >= MIN_RUN && found.len() < MAX_RUNS {
                found.extend(STANDARD.decode(run.as_slice()).ok().map(Zeroizing::new));
            }
            run.clear();
        }
    }
    found
}

/// The DER of the one request in the text.
///
/// # Errors
/// When there is none, more than one block, or the block is damaged.
pub(in crate::policy) fn request<'a>(armored: &'a Armored<'_>) -> Result<&'a [u8], CsrFault> {
    match armored.blocks.as_slice() {
        [] => Err(CsrFault::NotPem),
        [only] if is_request(only.label) && !armored.overflow => only
            .der
            .as_deref()
            .map(Vec::as_slice)
            .ok_or(CsrFault::Malformed),
        blocks if blocks.iter().any(|block| is_request(block.label)) => Err(CsrFault::Malformed),
        blocks if blocks.iter().any(|block| is_certificate(block.label)) => {
            Err(CsrFault::IsCertificate)
        }
        _ => Err(CsrFault::NotPem),
    }
}

fn is_request(label: &str) -> bool {
    matches!(label, "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST")
}

fn is_certificate(label: &str) -> bool {
    matches!(
        label,
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE"
    )
}

fn decode(content: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits = content
        .bytes()
        .filter(|b| !b.is_ascii_whitespace())
        .collect::<Vec<_>>();
    let digits = Zeroizing::new(digits);
    STANDARD.decode(digits.as_slice()).ok().map(Zeroizing::new)
}
