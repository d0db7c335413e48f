//! How events are pushed, by the configuration.

use std::{sync::Arc, time::Duration};

use secrecy::ExposeSecret;
use toml::Spanned;

use super::{compose::Ground, material};
use crate::{
    adapters::{
        https::{ClientCertificate, SetupError},
        webhook::{Post, Settings, seal::SealKey},
    },
    config::{
        Config,
        source::ConfigError,
        webhooks::{KEYS, Key, Webhooks as Wanted},
    },
    domain::caa::DomainName,
    http::webhooks::word,
    pkix::pem,
    policy::webhook_endpoint::{Rules, is_host},
    ports::{clock::Clock, courier::Courier},
    services::webhooks::{Parts, Webhooks},
};

/// The webhooks' service; without `[webhooks]` nothing is registered and nothing leaves.
///
/// # Errors
/// At the line of what is wrong.
pub fn service(config: &Config, ground: &Ground) -> Result<Webhooks, ConfigError> {
    let clock = &ground.outside.clock;
    Ok(Webhooks::new(Parts {
        store: ground.durable(),
        webhooks: ground.reads(),
        feed: ground.reads(),
        people: ground.reads(),
        courier: courier(config, clock)?,
        clock: Arc::clone(clock),
        entropy: Arc::clone(&ground.outside.entropy),
        word: Arc::new(word),
        stopping: ground.stop.clone(),
    }))
}

/// The way out; also what `check-config` tries.
///
/// # Errors
/// At the line of what is wrong.
pub fn courier(
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Arc<dyn Courier>>, ConfigError> {
    let Some(wanted) = &config.settings.webhooks else {
        return Ok(None);
    };
    if !(1..=KEYS).contains(&wanted.keys.get_ref().len()) {
        return Err(config.fault(&wanted.keys, "one or two keys are needed"));
    }
    let keys = wanted.keys.get_ref().iter().map(|key| seal(config, key));
    let roots = wanted.ca.as_ref();
    let roots = roots
        .map(|path| material::bytes(config, path))
        .transpose()?;
    let certificate = wanted.client_certificate.as_ref();
    let certificate = certificate
        .map(|path| material::bytes(config, path))
        .transpose()?;
    let key = wanted.client_key.as_ref();
    let key = key
        .map(|source| material::secret(config, source))
        .transpose()?;
    let client = match (&certificate, &key) {
        (Some(certificate), Some(key)) => Some(ClientCertificate {
            certificate,
            key: key.expose_secret(),
        }),
        (None, None) => None,
        _ => {
            let reason = "client_certificate and client_key go together";
            return Err(config.fault(&wanted.keys, reason));
        }
    };
    let settings = Settings {
        rules: rules(config, wanted)?,
        roots: roots.as_deref(),
        client,
        keys: keys.collect::<Result<_, _>>()?,
        patience: Duration::from_secs(wanted.timeout_seconds.get()),
    };
    let post = Post::new(settings, Arc::clone(clock)).map_err(|error| match &error {
        SetupError::Roots(_) => at(config, wanted.ca.as_ref(), wanted, &error),
        SetupError::Client(_) => at(config, wanted.client_certificate.as_ref(), wanted, &error),
        SetupError::Tls(_) => config.fault(&wanted.keys, &error),
    })?;
    Ok(Some(Arc::new(post)))
}

fn at<T>(
    config: &Config,
    place: Option<&Spanned<T>>,
    wanted: &Wanted,
    error: &SetupError,
) -> ConfigError {
    match place {
        Some(place) => config.fault(place, error),
        None => config.fault(&wanted.keys, error),
    }
}

fn seal(config: &Config, wanted: &Key) -> Result<SealKey, ConfigError> {
    let public = material::bytes(config, &wanted.public_key)?;
    let public = std::str::from_utf8(&public).ok();
    let public = public.and_then(|text| pem::decode(pem::PUBLIC_KEY, text).ok());
    let public =
        public.ok_or_else(|| config.fault(&wanted.public_key, "is not one PEM public key"))?;
    let private = material::line(config, &wanted.private_key)?;
    SealKey::new(private.expose_secret(), &public)
        .map_err(|error| config.fault(&wanted.private_key, error))
}

fn rules(config: &Config, wanted: &Wanted) -> Result<Rules, ConfigError> {
    let names = |hosts: &[Spanned<String>]| {
        let name = |host: &Spanned<String>| {
            let name = DomainName::parse(host.get_ref());
            let is_plain = |name: &DomainName| name.as_str() == host.get_ref();
            let name = name.filter(|name| is_plain(name) && is_host(name.as_str()));
            let reason = "must be a host's name in lower-case letters, digits and hyphens, \
                          and no IP address";
            let name = name.ok_or_else(|| config.fault(host, reason))?;
            Ok(name.as_str().to_owned())
        };
        hosts.iter().map(name).collect::<Result<Vec<_>, _>>()
    };
    Ok(Rules {
        hosts: names(&wanted.hosts)?,
        private_hosts: names(&wanted.private_hosts)?,
        ports: ports(config, wanted)?,
    })
}

fn ports(config: &Config, wanted: &Wanted) -> Result<Vec<u16>, ConfigError> {
    let Some(listed) = &wanted.ports else {
        return Ok(vec![443]);
    };
    let ports = listed.get_ref();
    if ports.is_empty() || ports.contains(&0) {
        return Err(config.fault(listed, "must list one port or more, each 1 to 65535"));
    }
    Ok(ports.clone())
}
