//! SIGHUP: what can change while the daemon serves. Everything is read and checked, and its entry
//! written, before anything is replaced; a bad file changes nothing and says so.

use std::path::Path;

use arc_swap::ArcSwap;
use rustls::ServerConfig;

use super::{
    compose::{Ground, Parts},
    mail,
    material::{self, Material},
};
use crate::{
    adapters::pkcs11::config::TokenConfig,
    config::{Config, source::ConfigError},
    domain::{
        audit::event::{Event, EventKind, Outcome},
        timestamp::Timestamp,
    },
    lifecycle,
    policy::access::SystemScope,
    services::operation,
    telemetry::{self, Telemetry},
};

/// A checked configuration with its files.
pub struct Fresh {
    config: Config,
    material: Material,
    tokens: Vec<TokenConfig>,
}

impl Fresh {
    /// The configuration alone.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What is no fault, and yet keeps something from being issued today.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.material.warnings
    }
}

/// Reads the configuration and the files and secrets it names, as of `now`.
///
/// # Errors
/// The first fault.
pub fn read(path: &Path, now: Timestamp) -> Result<Fresh, ConfigError> {
    let config = Config::load(path)?;
    telemetry::check_level(&config.settings.log.level)
        .map_err(|error| ConfigError::of_file(path, format!("log.level: {error}")))?;
    mail::warnings(&config)?;
    let material = Material::load(&config, now)?;
    let tokens = material::tokens(&config)?;
    Ok(Fresh {
        config,
        material,
        tokens,
    })
}

/// Reads everything again and takes it over.
pub async fn run(
    path: &Path,
    ground: &Ground,
    parts: &Parts,
    tls: &ArcSwap<ServerConfig>,
    telemetry: &Telemetry,
) {
    lifecycle::reloading();
    let taken = match read(path, ground.outside.clock.now()) {
        Ok(fresh) => {
            let event = fresh.material.tell(changed(&fresh.config));
            let written = record_taken(ground, &fresh, event).await;
            if written {
                apply(fresh, ground, parts, tls, telemetry);
            }
            written
        }
        Err(error) => {
            tracing::error!(%error, "the old configuration stays");
            let event = Event::new(EventKind::ConfigChanged, "config", path.display());
            record(ground, event.outcome(Outcome::Failure)).await;
            false
        }
    };
    if taken {
        tracing::info!("the configuration was read again");
    } else {
        metrics::counter!("chancery_config_reload_failures_total").increment(1);
    }
    let successful = f64::from(u8::from(taken));
    metrics::gauge!("chancery_config_last_reload_successful").set(successful);
    lifecycle::ready();
}

/// The event that a configuration is in force.
pub fn changed(config: &Config) -> Event {
    Event::new(EventKind::ConfigChanged, "config", config.path().display()).digest(config.sha256())
}

async fn record(ground: &Ground, event: Event) -> bool {
    let (store, clock) = (ground.durable(), &ground.outside.clock);
    let scope = SystemScope::new("daemon");
    let written = operation::record(&*store, &**clock, scope, event).await;
    if let Err(refused) = &written {
        tracing::error!(cause = refused.cause, "the reload could not be recorded");
    }
    written.is_ok()
}

/// The configuration and its profiles in one unit: the log never says that one is in force which
/// was not taken over because the other could not be written.
async fn record_taken(ground: &Ground, fresh: &Fresh, event: Event) -> bool {
    let written = super::know_profiles(ground, &fresh.material, Some(event)).await;
    if let Err(error) = &written {
        tracing::error!(%error, "the reload could not be recorded");
    }
    written.is_ok()
}

/// Takes over TLS, products, the deny list, mail domains, profiles, key lists, PINs and log level. Listeners,
/// database, tokens and issuers need a restart.
fn apply(
    fresh: Fresh,
    ground: &Ground,
    parts: &Parts,
    tls: &ArcSwap<ServerConfig>,
    telemetry: &Telemetry,
) {
    fresh.material.warn();
    tls.store(fresh.material.tls);
    parts.catalogue.replace(fresh.material.products);
    parts.screening.replace(fresh.material.deny_list);
    parts.domains.replace(fresh.material.mail_domains);
    parts.authorities.replace_profiles(fresh.material.profiles);
    parts.subject_keys.replace_lists(fresh.material.key_lists);
    for token in &fresh.tokens {
        // A PIN that the token has refused is tried again only when it is another one.
        if ground.signer.supply_pin(&token.token, &token.pin) {
            tracing::info!(token = %token.token, "the token has a new PIN");
        }
    }
    if let Err(error) = telemetry.set_level(&fresh.config.settings.log.level) {
        tracing::error!(%error, "the old log level stays");
    }
}
