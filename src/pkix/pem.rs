//! Textual encoding (RFC 7468).

use pem_rfc7468::LineEnding;

/// Label of a certificate.
pub const CERTIFICATE: &str = "CERTIFICATE";
/// Label of a certification request.
pub const CERTIFICATE_REQUEST: &str = "CERTIFICATE REQUEST";
/// Label of a CRL.
pub const CRL: &str = "X509 CRL";
/// Label of a public key.
pub const PUBLIC_KEY: &str = "PUBLIC KEY";

/// The bytes cannot be encoded: longer than the address space allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("PEM encoding or decoding failed")]
pub struct PemFailed;

/// Lines of 64 characters ended by LF.
///
/// # Errors
/// Only when the text would be too long for memory.
pub fn encode(label: &str, der: &[u8]) -> Result<String, PemFailed> {
    pem_rfc7468::encode_string(label, LineEnding::LF, der).map_err(|_| PemFailed)
}

/// The bytes of the first block, which must have this label.
///
/// # Errors
/// When the text is not such a block.
pub fn decode(label: &str, text: &str) -> Result<Vec<u8>, PemFailed> {
    let (found, der) = pem_rfc7468::decode_vec(text.as_bytes()).map_err(|_| PemFailed)?;
    if found == label {
        Ok(der)
    } else {
        Err(PemFailed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        let text = encode(CERTIFICATE, &[7; 100]).unwrap();
        assert!(text.starts_with("-----BEGIN CERTIFICATE-----\nBwcH"));
        assert_eq!(decode(CERTIFICATE, &text), Ok(vec![7; 100]));
        assert_eq!(decode(CRL, &text), Err(PemFailed));
    }
}
