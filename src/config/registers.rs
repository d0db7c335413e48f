//! The registers this CA asks. None is asked that is not named here.

use serde::Deserialize;
use toml::Spanned;

use super::{
    Count,
    value::{AbsolutePath, SecretSource},
};

/// Registers that only people can ask, at most.
pub const MANUAL: usize = 300;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Registers {
    /// The only trusted roots of the registers' certificates (PEM); those of the system without.
    pub ca: Option<Spanned<AbsolutePath>>,
    pub krs: Option<Online>,
    pub white_list: Option<Online>,
    pub ceidg: Option<Keyed>,
    pub regon: Option<Keyed>,
    pub vies: Option<Online>,
    pub gleif: Option<Online>,
    pub companies_house: Option<Keyed>,
    pub manual: Vec<Manual>,
}

/// A register that everybody may ask.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Online {
    /// `https://HOST[:PORT][/PATH]`.
    pub base_url: Spanned<String>,
    /// Calls in a window; the register's own limit, with room, without it.
    pub calls: Option<Count<1, 100_000>>,
    pub window_seconds: Option<Count<1, 86_400>>,
}

/// A register that gives out keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyed {
    /// `https://HOST[:PORT][/PATH]`.
    pub base_url: Spanned<String>,
    pub key: Spanned<SecretSource>,
    /// Calls in a window; the register's own limit, with room, without it.
    pub calls: Option<Count<1, 100_000>>,
    pub window_seconds: Option<Count<1, 86_400>>,
}

/// A register that only people can ask.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manual {
    /// ISO 3166-1, two capitals.
    pub country: Spanned<String>,
    /// Where people ask it.
    pub url: Spanned<String>,
}
