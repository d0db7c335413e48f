//! Opens the database that the configuration names.

use std::{path::Path, sync::Arc};

use secrecy::{ExposeSecret, SecretString};

use super::{Failure, Outside, material};
use crate::{
    adapters::{
        postgres::{
            self, PostgresStore,
            target::{Server, Target},
        },
        sql::store::StoreOptions,
        sqlite::{self, SqliteStore, registry::Registry},
        system,
    },
    config::{
        Config,
        database::{self, Place, Remote},
        source::ConfigError,
    },
    domain::id::BootId,
    ports::{
        content_seal::ContentSeal,
        store::{WholeStore, people::Identities},
    },
};

/// Units of one transaction at most (design 5).
const BATCH: usize = 64;
/// Units that may wait for a lane.
const QUEUE: usize = 4096;

/// The store, and the registry of identities as the listener asks it.
pub struct Opened {
    pub store: Arc<dyn WholeStore>,
    pub people: Arc<dyn Identities>,
}

/// Who owns the tables, where that is not the daemon's user.
pub struct Owner<'a> {
    pub user: &'a str,
    pub password: Option<&'a Path>,
}

/// Opens it for writing; `contents` seals and opens what evidence holds.
///
/// # Errors
/// When the database cannot be trusted, or a secret is missing.
pub async fn open(
    config: &Config,
    outside: &Outside,
    boot: BootId,
    contents: Arc<dyn ContentSeal>,
) -> Result<Opened, Failure> {
    let options = StoreOptions {
        queue: QUEUE,
        batch: BATCH,
        log_prefix: config.settings.node.log_prefix.clone(),
        node: config.settings.node.name.0.clone(),
        boot,
        contents,
    };
    let (clock, entropy) = (Arc::clone(&outside.clock), Arc::clone(&outside.entropy));
    match config.database()? {
        Place::Sqlite(path) => {
            let store = SqliteStore::open(&path, clock, entropy, options).await?;
            Ok(Opened {
                people: Arc::new(Registry::new(store.clone())),
                store: Arc::new(store),
            })
        }
        Place::Postgres(remote) => {
            let target = target(config, remote)?;
            let lanes = config.settings.database.lanes();
            let store = PostgresStore::open(target, lanes, clock, entropy, options).await?;
            // Another instance may change it: it is asked each time.
            Ok(Opened {
                people: Arc::new(store.clone()),
                store: Arc::new(store),
            })
        }
    }
}

/// Looks whether everything is there that the database is opened with; asks no server.
///
/// # Errors
/// When a secret or a file is missing.
pub fn check(config: &Config) -> Result<(), ConfigError> {
    match config.database()? {
        Place::Sqlite(_) => Ok(()),
        Place::Postgres(remote) => target(config, remote).map(drop),
    }
}

/// The server with the password.
///
/// # Errors
/// When a secret or a file is missing.
pub fn target(config: &Config, remote: Remote) -> Result<Target, ConfigError> {
    let database = &config.settings.database;
    let server = match remote.server {
        database::Server::Socket(directory) => Server::Socket(directory),
        database::Server::Host(name) => {
            let Some(roots) = &database.tls_roots else {
                return Err(config.fault(&database.url, "a host needs tls_roots"));
            };
            // Read here too, so that the fault has a line.
            material::bytes(config, roots)?;
            let roots = roots.get_ref().as_path().to_owned();
            Server::Host { name, roots }
        }
    };
    let password = database.password.as_ref();
    Ok(Target {
        server,
        port: remote.port,
        user: remote.user,
        password: password.map(|at| material::line(config, at)).transpose()?,
        database: remote.name,
        node: config.settings.node.name.0.clone(),
    })
}

/// Brings the schema up to this program's. Gives the database's name for people.
///
/// # Errors
/// When the database refuses.
pub async fn migrate(config: &Config, owner: Option<Owner<'_>>) -> Result<String, Failure> {
    match config.database()? {
        Place::Sqlite(path) => {
            sqlite::migrate(&path).await?;
            Ok(path.display().to_string())
        }
        Place::Postgres(remote) => {
            let mut target = target(config, remote)?;
            if let Some(owner) = owner {
                target.user = owner.user.to_owned();
                target.password = owner.password.map(read_line).transpose()?;
            }
            postgres::migrate(&target).await?;
            Ok(target.database)
        }
    }
}

/// A password of one line, without its line end.
fn read_line(path: &Path) -> Result<SecretString, Failure> {
    let failed = |source| Failure::Io {
        what: "the owner's password",
        source,
    };
    let bytes = system::read_secret(path).map_err(failed)?;
    let text = std::str::from_utf8(bytes.expose_secret())
        .map_err(|error| failed(std::io::Error::other(error)))?;
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n'])))
}
