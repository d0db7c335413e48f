//! SIGHUP: what can change while the daemon serves. Everything is read and checked before
//! anything is replaced.

use std::path::Path;

use arc_swap::ArcSwap;
use rustls::ServerConfig;

use super::{compose::Parts, material::Material};
use crate::{
    config::{Config, source::ConfigError},
    telemetry::{self, Telemetry},
};

/// A checked configuration with its files.
pub struct Fresh {
    config: Config,
    material: Material,
}

impl Fresh {
    /// The configuration alone.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }
}

/// Reads the configuration and the files it names.
///
/// # Errors
/// The first fault.
pub fn read(path: &Path) -> Result<Fresh, ConfigError> {
    let config = Config::load(path)?;
    telemetry::check_level(&config.settings.log.level)
        .map_err(|error| ConfigError::of_file(path, format!("log.level: {error}")))?;
    let material = Material::load(&config)?;
    Ok(Fresh { config, material })
}

/// Takes over TLS, products, profiles and log level. Listeners, database, tokens and issuers
/// need a restart.
pub fn apply(fresh: Fresh, tls: &ArcSwap<ServerConfig>, parts: &Parts, telemetry: &Telemetry) {
    tls.store(fresh.material.tls);
    parts.catalogue.replace(fresh.material.products);
    parts.authorities.replace_profiles(fresh.material.profiles);
    if let Err(error) = telemetry.set_level(&fresh.config.settings.log.level) {
        tracing::error!(%error, "the old log level stays");
    }
}
