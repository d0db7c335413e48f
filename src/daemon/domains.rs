//! Control of domains, by the configuration.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use secrecy::ExposeSecret;

use super::{compose::Ground, material};
use crate::{
    adapters::{
        https::{ClientCertificate, SetupError},
        perspectives::{Settings, perspectives},
    },
    config::{Config, domains::Domains as Wanted, source::ConfigError},
    domain::timestamp::Timestamp,
    policy::{
        perspectives::{MOST, Vantage, shortfall},
        webhook_endpoint::Endpoint,
    },
    ports::{clock::Clock, resolver::Resolver},
    services::{
        catalogue::Catalogue,
        domains::{Domains, Parts},
        mailboxes::{MailboxControl, MailboxesByDomain},
        perspectives::Remotes,
    },
};

/// The service.
pub fn service(
    config: &Config,
    ground: &Ground,
    resolver: &Arc<dyn Resolver>,
    remotes: &Remotes,
) -> Domains {
    let wanted = config.settings.domains.as_ref();
    let label = wanted.and_then(|wanted| wanted.label.as_ref());
    Domains::new(Parts {
        store: ground.durable(),
        domains: ground.reads(),
        resolver: Arc::clone(resolver),
        remotes: remotes.clone(),
        label: label.map(|label| label.0.clone()).unwrap_or_default(),
        clock: Arc::clone(&ground.outside.clock),
        entropy: Arc::clone(&ground.outside.entropy),
        terms: ground.terms,
    })
}

/// The e-mail step of orders that rest on a domain.
pub fn mailboxes(
    ground: &Ground,
    mailboxes: &MailboxControl,
    catalogue: &Arc<Catalogue>,
    remotes: &Remotes,
) -> MailboxesByDomain {
    MailboxesByDomain {
        mailboxes: mailboxes.clone(),
        controls: ground.reads(),
        catalogue: Arc::clone(catalogue),
        remotes: remotes.clone(),
    }
}

/// The perspectives, none without `[domains]`; also what `check-config` tries.
///
/// # Errors
/// At the line of what is wrong: fewer than the rules demand today among it.
pub fn remotes(config: &Config, clock: &Arc<dyn Clock>) -> Result<Remotes, ConfigError> {
    let Some(wanted) = &config.settings.domains else {
        return Ok(Remotes::default());
    };
    let places = places(config, wanted, clock.now())?;
    let roots = material::bytes(config, &wanted.ca)?;
    let certificate = material::bytes(config, &wanted.client_certificate)?;
    let key = material::secret(config, &wanted.client_key)?;
    let settings = Settings {
        roots: &roots,
        client: ClientCertificate {
            certificate: &certificate,
            key: key.expose_secret(),
        },
        patience: Duration::from_secs(wanted.timeout_seconds.get()),
        places,
    };
    let all = perspectives(settings, clock).map_err(|error| match &error {
        SetupError::Roots(_) => config.fault(&wanted.ca, &error),
        _ => config.fault(&wanted.client_certificate, &error),
    })?;
    Ok(Remotes::new(all))
}

fn places(
    config: &Config,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Vec<(Vantage, Endpoint)>, ConfigError> {
    let listed = wanted.perspectives.get_ref();
    if listed.len() > MOST {
        let reason = format!("there are more than {MOST} perspectives");
        return Err(config.fault(&wanted.perspectives, reason));
    }
    let (mut names, mut hosts, mut places) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for place in listed {
        let reason = "a name has 1 to 32 of a-z, 0-9 and hyphen, and is not `primary`";
        let vantage = Vantage::new(place.name.get_ref(), place.region.0);
        let vantage = vantage.ok_or_else(|| config.fault(&place.name, reason))?;
        let reason = "must be https://NAME[:PORT][/PATH], with a name and no IP address";
        let endpoint = Endpoint::parse(place.url.get_ref());
        let endpoint = endpoint.ok_or_else(|| config.fault(&place.url, reason))?;
        if !names.insert(vantage.name().to_owned()) {
            return Err(config.fault(&place.name, "this name stands twice"));
        }
        // One place under two names is one place.
        if !hosts.insert((endpoint.host.clone(), endpoint.port)) {
            return Err(config.fault(&place.url, "this host and port stand twice"));
        }
        places.push((vantage, endpoint));
    }
    let set: Vec<Vantage> = places.iter().map(|(vantage, _)| vantage.clone()).collect();
    match shortfall(&set, now) {
        Some(lacking) => Err(config.fault(&wanted.perspectives, lacking)),
        None => Ok(places),
    }
}
