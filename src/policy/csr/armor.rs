//! PEM blocks in pasted text (RFC 7468): text around blocks, any line ends, any line length.
//!
//! Looser than `pem-rfc7468` on purpose: what the tools of the field print must pass, and a
//! private key must be seen even in a damaged block.

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::fault::CsrFault;

/// Most blocks that are looked at; honest text has one.
const MAX_BLOCKS: usize = 16;

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
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
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
    let overflow = blocks.len() == MAX_BLOCKS;
    let names_private_key = text.contains("PRIVATE KEY-----")
        || text.contains("PRIVATE KEY BLOCK-----")
        || text.contains("PuTTY-User-Key-File-")
        || blocks
            .iter()
            .any(|block| block.label.contains("PRIVATE KEY"));
    Armored {
        blocks,
        names_private_key,
        overflow,
    }
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
