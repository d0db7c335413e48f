//! Who asks the DNS, by the configuration.

use std::sync::Arc;

use super::{compose::Ground, material};
use crate::{
    adapters::dns::{DnsResolver, Settings, SettingsError},
    config::{Config, source::ConfigError},
    ports::resolver::Resolver,
    services::{
        caa::{Advice, CaaChecks, Parts},
        perspectives::Remotes,
    },
};

/// The service.
pub fn checks(
    config: &Config,
    ground: &Ground,
    resolver: &Arc<dyn Resolver>,
    remotes: &Remotes,
) -> CaaChecks {
    let names = config.settings.caa.issuer_domains.get_ref();
    CaaChecks::new(Parts {
        store: ground.durable(),
        resolver: Arc::clone(resolver),
        remotes: remotes.clone(),
        clock: Arc::clone(&ground.outside.clock),
        entropy: Arc::clone(&ground.outside.entropy),
        issuers: names.iter().map(|name| name.0.clone()).collect(),
    })
}

/// Who looks early.
pub fn advice(checks: CaaChecks, ground: &Ground) -> Arc<Advice> {
    Arc::new(Advice {
        checks,
        mailboxes: ground.reads(),
    })
}

/// The resolver; also what `check-config` tries.
///
/// # Errors
/// When the trust anchor is missing or wrong.
pub fn resolver(config: &Config) -> Result<DnsResolver, ConfigError> {
    let wanted = &config.settings.caa;
    let anchor = match &wanted.trust_anchor {
        Some(path) => {
            let bytes = material::bytes(config, path)?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
        None => None,
    };
    let settings = Settings {
        resolvers: wanted.resolvers.get_ref().clone(),
        trust_anchor: anchor,
    };
    DnsResolver::new(&settings).map_err(|error| match (&error, &wanted.trust_anchor) {
        (SettingsError::TrustAnchor(_) | SettingsError::NoRootKey, Some(path)) => {
            config.fault(path, error)
        }
        _ => config.fault(&wanted.resolvers, error),
    })
}
