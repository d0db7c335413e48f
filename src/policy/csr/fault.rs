//! The stable codes of the RA API for certification requests. Their texts in English and Polish
//! are locales, not code.

use std::fmt;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CsrFault {
    /// No PEM block of a request in the text.
    NotPem,
    /// Damaged PEM, no strict DER request, something behind it, or two of them.
    Malformed,
    /// A certificate instead of a request.
    IsCertificate,
    /// A private key in the text.
    ContainsPrivateKey,
    /// The self-signature does not verify.
    SignatureInvalid,
    /// Key, point form or signature algorithm outside the list.
    AlgorithmUnsupported,
    KeyTooSmall {
        bits: u32,
    },
    KeyTooLarge {
        bits: u32,
    },
    /// An elliptic curve besides P-256, P-384, P-521.
    CurveUnsupported,
    ExponentInvalid,
    /// Small factor, ROCA structure, odd size, or a point off its curve.
    KeyWeak,
    /// The key stands on the block list.
    KeyCompromised,
    /// The key belongs to a CA, this system or another subscriber.
    KeyReused,
}

impl CsrFault {
    /// The code in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotPem => "csr-not-pem",
            Self::Malformed => "csr-malformed",
            Self::IsCertificate => "csr-is-certificate",
            Self::ContainsPrivateKey => "csr-contains-private-key",
            Self::SignatureInvalid => "csr-signature-invalid",
            Self::AlgorithmUnsupported => "csr-algorithm-unsupported",
            Self::KeyTooSmall { .. } => "csr-key-too-small",
            Self::KeyTooLarge { .. } => "csr-key-too-large",
            Self::CurveUnsupported => "csr-curve-unsupported",
            Self::ExponentInvalid => "csr-exponent-invalid",
            Self::KeyWeak => "csr-key-weak",
            Self::KeyCompromised => "csr-key-compromised",
            Self::KeyReused => "csr-key-reused",
        }
    }
}

impl fmt::Display for CsrFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What has no effect in a request that is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CsrWarning {
    SubjectIgnored,
    ExtensionsIgnored,
}

impl CsrWarning {
    /// The code in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SubjectIgnored => "csr-subject-ignored",
            Self::ExtensionsIgnored => "csr-extensions-ignored",
        }
    }
}

impl fmt::Display for CsrWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
