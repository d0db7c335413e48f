//! The daemon, put together: the only place that knows every part.
//!
//! [`run`] builds the services once, serves until it is told to stop, and lets running acts end.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    adapters::{
        pkcs11::{self, Pkcs11Signer},
        postgres, sqlite,
        templates::TemplateError,
    },
    config::{Config, source::ConfigError},
    domain::{
        audit::{
            event::{Event, EventKind},
            value::Value,
        },
        id::BootId,
    },
    http::{self, server::Listener},
    lifecycle::{self, Signals, Sockets, Wanted},
    policy::access::SystemScope,
    ports::{
        clock::Clock,
        entropy::{self, Entropy, EntropyFailed},
        store::{Bookkeeping, StoreError},
    },
    services::{lease::Lease, operation, profiles},
    telemetry::Telemetry,
};

mod caa;
pub mod command;
mod compose;
mod domains;
mod doubts;
mod judged;
mod key_lists;
mod mail;
mod material;
mod profile_files;
mod registers;
mod reload;
mod runners;
mod store;
mod tasks;
mod verification;
mod webhooks;

use self::{compose::Ground, material::Material};

/// What the daemon does not make itself.
#[derive(Clone)]
pub struct Outside {
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// Why the daemon does not start, or did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the store")]
    Store(#[from] sqlite::OpenError),
    #[error("the store")]
    Server(#[from] postgres::OpenError),
    #[error("the HSM")]
    Signer(#[from] pkcs11::StartError),
    #[error("the mail templates")]
    Templates(#[from] TemplateError),
    #[error("the system's randomness")]
    Entropy(#[from] EntropyFailed),
    #[error("opening {what}")]
    Io {
        what: &'static str,
        source: std::io::Error,
    },
    #[error("the first lease could not be written: {0}")]
    Lease(String),
    #[error("the start or stop could not be recorded: {0}")]
    Audit(String),
    #[error("work was still running {0:?} after the stop: it is settled at the next start")]
    Drain(Duration),
}

/// Runs the daemon until it is told to stop.
///
/// # Errors
/// When something it needs is missing or wrong; a token that is absent is not.
pub async fn run(config: Config, outside: Outside, telemetry: Telemetry) -> Result<(), Failure> {
    let mut signals = Signals::listen().map_err(io("the signal handlers"))?;
    let material = Material::load(&config, outside.clock.now())?;
    material.warn();
    material::document_directory(&config)?;
    let sockets = Sockets::open(&config.settings.listen).map_err(io("the listeners"))?;
    let boot = BootId::new(outside.clock.now(), entropy::random(&*outside.entropy)?);
    let contents = compose::contents(&config, &outside)?;
    let opened = store::open(&config, &outside, boot, contents).await?;
    let store::Opened { store, people } = opened;
    let signer = start_signer(&config, &outside).await?;
    let lease = Arc::new(Lease::new(boot));
    let ground = Ground {
        store,
        people,
        signer: Arc::clone(&signer),
        lease: Arc::clone(&lease),
        outside: outside.clone(),
        terms: config.settings.terms.chosen(),
        acts: TaskTracker::new(),
        stop: CancellationToken::new(),
    };
    let parts = compose::parts(&config, &material, &ground)?;
    begin(&lease, &ground)
        .await
        .map_err(|error| Failure::Lease(error.to_string()))?;
    let started = Event::new(EventKind::SystemStarted, "boot", boot)
        .with("version", env!("CARGO_PKG_VERSION"))
        .with("config_sha256", Value::hex(&config.sha256()));
    told(&ground, material.tell(started)).await?;
    know_profiles(&ground, &material, None).await?;
    let tls = Arc::new(ArcSwap::new(material.tls));
    let connections = serve(&config, sockets, &tls, &ground, &parts, &telemetry);
    let background = tasks::start(&ground, &parts, &telemetry);
    lifecycle::ready();
    tracing::info!(boot = %boot, config = %config.path().display(), "chanceryd serves");
    let path = config.path().to_owned();
    loop {
        match signals.next().await {
            Wanted::Stop => break,
            Wanted::Reload => reload::run(&path, &ground, &parts, &tls, &telemetry).await,
        }
    }
    let limit = Duration::from_secs(config.settings.limits.drain_seconds.get());
    stop(&ground, connections, background, limit).await
}

/// Announces this boot, and takes over the jobs that a dead one held.
async fn begin(lease: &Lease, ground: &Ground) -> Result<(), StoreError> {
    let (store, clock) = (ground.durable(), &*ground.outside.clock);
    lease.renew(&store, clock).await?;
    let now = clock.now();
    store.bookkeep(Bookkeeping::FreeJobs { now }).await?;
    Ok(())
}

fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Failure {
    move |source| Failure::Io { what, source }
}

async fn start_signer(config: &Config, outside: &Outside) -> Result<Arc<Pkcs11Signer>, Failure> {
    let (tokens, clock) = (material::tokens(config)?, Arc::clone(&outside.clock));
    let started = tokio::task::spawn_blocking(move || Pkcs11Signer::start(tokens, clock)).await;
    match started {
        Ok(signer) => Ok(Arc::new(signer?)),
        Err(error) => Err(Failure::Io {
            what: "the signer",
            source: std::io::Error::other(error),
        }),
    }
}

/// Starts the three listeners; the tracker ends with their last connection.
fn serve(
    config: &Config,
    sockets: Sockets,
    tls: &Arc<ArcSwap<ServerConfig>>,
    ground: &Ground,
    parts: &compose::Parts,
    telemetry: &Telemetry,
) -> TaskTracker {
    let connections = config.settings.limits.connections.to_usize();
    let telemetry = telemetry.clone();
    let health = compose::health(config, ground, Box::new(move || telemetry.render()));
    let listeners = [
        Listener {
            name: "ra",
            socket: sockets.ra,
            tls: Some(Arc::clone(tls)),
            router: http::routes::ra(&parts.app),
            connections,
        },
        Listener {
            name: "public",
            socket: sockets.public,
            tls: None,
            router: http::public::router(&parts.app),
            connections,
        },
        Listener {
            name: "metrics",
            socket: sockets.metrics,
            tls: None,
            router: http::health::router(health),
            connections: 64,
        },
    ];
    let tracker = TaskTracker::new();
    for listener in listeners {
        let (stop, connections) = (ground.stop.clone(), tracker.clone());
        tracker.spawn(http::server::serve(listener, stop, connections));
    }
    tracker
}

/// The entry of a start or a stop; a start without it is none.
async fn told(ground: &Ground, event: Event) -> Result<(), Failure> {
    let (store, clock) = (ground.durable(), &ground.outside.clock);
    let recorded = operation::record(&*store, &**clock, SystemScope::new("daemon"), event);
    recorded
        .await
        .map_err(|refused| Failure::Audit(refused.cause.unwrap_or_default()))
}

/// The log knows every profile before anything is issued by it, and `why` it changed.
async fn know_profiles(
    ground: &Ground,
    material: &Material,
    why: Option<Event>,
) -> Result<(), Failure> {
    let (store, clock) = (ground.durable(), &ground.outside.clock);
    let (known, scope) = (ground.reads(), SystemScope::new("daemon"));
    let in_force = &material.in_force;
    let recorded = profiles::record(&*store, &*known, &**clock, scope, in_force, why);
    recorded
        .await
        .map_err(|refused| Failure::Audit(refused.cause.unwrap_or_default()))
}

/// No new work; what runs may end within `limit`.
async fn stop(
    ground: &Ground,
    connections: TaskTracker,
    background: TaskTracker,
    limit: Duration,
) -> Result<(), Failure> {
    lifecycle::stopping();
    tracing::info!("chanceryd stops");
    ground.stop.cancel();
    let drained = async {
        for tracker in [&connections, &ground.acts, &background] {
            tracker.close();
            tracker.wait().await;
        }
    };
    let in_time = tokio::time::timeout(limit, drained).await.is_ok();
    let stopped = Event::new(EventKind::SystemStopped, "boot", ground.lease.boot());
    let recorded = told(ground, stopped.with("drained", in_time)).await;
    ground.store.close().await;
    let signer = Arc::clone(&ground.signer);
    // A thread that is stuck in the module is left behind by the signer itself.
    let _ = tokio::task::spawn_blocking(move || signer.shutdown()).await;
    recorded?;
    if in_time {
        Ok(())
    } else {
        Err(Failure::Drain(limit))
    }
}
