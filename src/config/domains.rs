//! Control of mail domains (S/MIME BR 3.2.2.1). Without this table it is not offered.

use serde::Deserialize;
use toml::Spanned;

use super::{
    Count,
    value::{AbsolutePath, Label, Rir, SecretSource},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domains {
    /// Under which the TXT record stands; `_chancery-challenge` without.
    pub label: Option<Label>,
    /// The only trusted roots of the perspectives' certificates (PEM).
    pub ca: Spanned<AbsolutePath>,
    /// What the daemon shows to them (PEM).
    pub client_certificate: Spanned<AbsolutePath>,
    pub client_key: Spanned<SecretSource>,
    /// For one question, from the name look-up to the answer's end.
    #[serde(default = "five")]
    pub timeout_seconds: Count<1, 10>,
    /// As many as TLS BR 3.2.2.9 demands today, 16 at most.
    pub perspectives: Spanned<Vec<Place>>,
}

/// A remote perspective.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// 1 to 32 of `a-z 0-9 -`.
    pub name: Spanned<String>,
    /// `https://NAME[:PORT][/PATH]`.
    pub url: Spanned<String>,
    /// The registry in whose service region it stands.
    pub region: Rir,
}

fn five() -> Count<1, 10> {
    Count::of(5)
}
