//! Values of the configuration that are checked as they are read, so that the fault has a line.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{
    domain::{
        caa::DomainName,
        domain_control::ChallengeLabel,
        signing::{KeyName, SignPurpose},
    },
    pkix::algorithm::SignatureAlgorithm,
    policy::perspectives::Region,
};

/// A path that does not depend on where the daemon was started.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AbsolutePath(PathBuf);

impl AbsolutePath {
    #[must_use]
    pub fn as_path(&self) -> &Path {
        &self.0
    }
}

impl TryFrom<String> for AbsolutePath {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let path = PathBuf::from(text);
        if path.is_absolute() {
            Ok(Self(path))
        } else {
            Err("the path must be absolute")
        }
    }
}

/// Where a secret is read from; never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum SecretSource {
    File(PathBuf),
    /// A systemd credential (`LoadCredential=`), `credential:NAME` in the file.
    Credential(String),
}

impl TryFrom<String> for SecretSource {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if let Some(name) = text.strip_prefix("credential:") {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
            let is_name = !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain);
            return if is_name {
                Ok(Self::Credential(name.to_owned()))
            } else {
                Err("a credential's name has letters, digits, hyphen, underscore and dot")
            };
        }
        match AbsolutePath::try_from(text) {
            Ok(path) => Ok(Self::File(path.0)),
            Err(_) => Err("must be an absolute path or credential:NAME"),
        }
    }
}

/// A whole number within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u64")]
pub struct Bounded<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Bounded<MIN, MAX> {
    /// A value of the program's own; clamped.
    #[must_use]
    pub fn of(number: u64) -> Self {
        Self(number.clamp(MIN, MAX))
    }

    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// For bounds that fit, which all bounds in this crate do.
    #[must_use]
    pub fn to_u32(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }

    #[must_use]
    pub fn to_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl<const MIN: u64, const MAX: u64> TryFrom<u64> for Bounded<MIN, MAX> {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, String> {
        if (MIN..=MAX).contains(&number) {
            Ok(Self(number))
        } else {
            Err(format!("must be {MIN} to {MAX}"))
        }
    }
}

/// Names this instance: 1 to 64 of `a-z 0-9 . -`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct NodeName(pub String);

impl TryFrom<String> for NodeName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_name = KeyName::parse(&text).is_some();
        is_name
            .then_some(Self(text))
            .ok_or("a name has 1 to 64 of a-z, 0-9, dot and hyphen")
    }
}

macro_rules! parsed {
    ($($(#[$doc:meta])* $name:ident($value:ty) = $parse:expr, $fault:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(pub $value);

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let parse: fn(&str) -> Option<$value> = $parse;
                parse(&text).map(Self).ok_or($fault)
            }
        }
    )+};
}

parsed! {
    /// A domain name in lower-case A-labels.
    IssuerDomain(DomainName) = |text| DomainName::parse(text).filter(|name| name.as_str() == text),
        "must be a domain name in lower-case letters, digits and hyphens, without a dot at the end";
    /// The label of a TXT record.
    Label(ChallengeLabel) = ChallengeLabel::parse,
        "must be an underscore and 1 to 62 of a-z, 0-9 and hyphen";
    /// Where a perspective stands.
    Rir(Region) = Region::from_name, "must be afrinic, apnic, arin, lacnic or ripe";
    /// Name of a key or issuer.
    Name(KeyName) = KeyName::parse, "a name has 1 to 64 of a-z, 0-9, dot and hyphen";
    /// One of the signature algorithms.
    Algorithm(SignatureAlgorithm) = SignatureAlgorithm::from_name,
        "unknown algorithm; for example ecdsa-p384-sha384 or rsa-pkcs1-sha256";
    /// What a key may sign.
    Purpose(SignPurpose) = purpose,
        "must be certificate, crl, tree-head or mail";
    /// CKA_ID in hexadecimal.
    KeyId(Vec<u8>) = |text| hex::decode(text).ok().filter(|id| !id.is_empty() && id.len() <= 64),
        "must be 1 to 64 bytes in hexadecimal";
}

/// Keys of the daemon sign nothing else; requests and root certificates belong to ceremonies.
fn purpose(text: &str) -> Option<SignPurpose> {
    Some(match text {
        "certificate" => SignPurpose::Certificate,
        "crl" => SignPurpose::CertificateList,
        "tree-head" => SignPurpose::TreeHead,
        "mail" => SignPurpose::Mail,
        _ => return None,
    })
}
