//! What the HSM is asked to sign, and how it may fail.
//!
//! A [`SignOrder`] is owned, serialisable data: a signer in another process is one more adapter
//! and can check the message against the purpose. Its constructor is reserved to the four places
//! that hold the right to a signature (`tests/architecture.rs` lists them).

use std::fmt;

use crate::pkix::algorithm::SignatureAlgorithm;

/// What a key may sign. Keys are bound to purposes in the configuration; the signer keeps a
/// queue per purpose and serves CRLs first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SignPurpose {
    /// A `TBSCertList` of the issuer.
    CertificateList,
    /// A `TBSCertificate`.
    Certificate,
    /// A `CertificationRequestInfo` made in a key ceremony.
    CertificationRequest,
    /// An OCSP `ResponseData`, by a delegated key.
    Status,
    /// The head of the audit tree, by the log key.
    TreeHead,
    /// A mail of the CA's own, by the notification key.
    Mail,
}

/// The configured name of a key, for example `issuing-g1`. It is not the token's label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyName(String);

impl KeyName {
    /// Accepts 1 to 64 characters of `a-z 0-9 . -`, starting with a letter or digit.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let first = text.bytes().next()?;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let allowed = |b: u8| plain(b) || b == b'.' || b == b'-';
        (text.len() <= 64 && plain(first) && text.bytes().all(allowed))
            .then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The right to one signature over exactly `message`.
#[derive(Clone, Debug)]
pub struct SignOrder {
    key: KeyName,
    purpose: SignPurpose,
    algorithm: SignatureAlgorithm,
    message: Vec<u8>,
    intent: String,
}

impl SignOrder {
    /// Reserved to the holders of a right to sign; see the module documentation.
    pub(crate) fn new(
        key: KeyName,
        purpose: SignPurpose,
        algorithm: SignatureAlgorithm,
        message: Vec<u8>,
        intent: String,
    ) -> Self {
        Self {
            key,
            purpose,
            algorithm,
            message,
            intent,
        }
    }

    #[must_use]
    pub fn key(&self) -> &KeyName {
        &self.key
    }

    #[must_use]
    pub const fn purpose(&self) -> SignPurpose {
        self.purpose
    }

    #[must_use]
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The bytes to be signed (DER of a TBS structure), not their digest.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// What the durable intent is called (a serial in hex, a CRL scope and number), for logs.
    #[must_use]
    pub fn intent(&self) -> &str {
        &self.intent
    }
}

/// A signature value as it stands in a `BIT STRING`: ECDSA as DER `Ecdsa-Sig-Value`, RSA as the
/// big-endian integer, Ed25519 as 64 bytes. Not yet verified: that is the caller's duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature(pub Vec<u8>);

/// Why there is no signature.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SignError {
    /// The token was not asked, or refused without signing. The same intent may be tried again.
    #[error("the HSM did not sign")]
    NotSigned(#[source] HsmFault),
    /// The token may have signed; the intent must be abandoned.
    #[error("it is unknown whether the HSM signed")]
    Unknown(#[source] HsmFault),
}

/// Trouble with a token, with everything an operator needs to find the place.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation} failed on token {token} (module {module}, slot {slot}): {code}")]
pub struct HsmFault {
    /// Path of the PKCS#11 module.
    pub module: String,
    /// Slot number, or `-` when no slot holds the token.
    pub slot: String,
    /// Configured label or serial of the token.
    pub token: String,
    /// The PKCS#11 function or the step of ours that failed, for example `C_Sign`.
    pub operation: String,
    /// CKR code by name, or the reason in words when no PKCS#11 call failed.
    pub code: String,
}

impl HsmFault {
    /// No token is configured for the key.
    #[must_use]
    pub fn unknown_key(key: &KeyName) -> Self {
        Self {
            module: "-".to_owned(),
            slot: "-".to_owned(),
            token: "-".to_owned(),
            operation: "find the token".to_owned(),
            code: format!("no key is called {key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_names_are_plain() {
        assert!(KeyName::parse("issuing-g1").is_some());
        for bad in ["", "-a", "A", "a b", "ü", &"a".repeat(65)] {
            assert!(KeyName::parse(bad).is_none(), "{bad}");
        }
    }
}
