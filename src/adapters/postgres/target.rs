//! Which database on which server, as whom. Everything is said by the caller: the driver's habit of
//! reading the environment is undone here.

use std::{path::PathBuf, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};

use super::OpenError;

/// How long a statement waits for a lock: lanes hold them for the length of a transaction.
const LOCKED: Duration = Duration::from_secs(10);
/// How long a transaction may lie still before the server ends it and lets go of its locks.
const IDLE: Duration = Duration::from_secs(60);
/// How long a reading statement may run.
const READING: Duration = Duration::from_secs(10);
/// Prepared statements kept: one per table and number of rows of a batch. Each costs the server
/// memory.
const STATEMENTS: usize = 256;

/// Variables that the driver would add to what we say, and that no option of ours overrides.
const FOREIGN: [&str; 4] = ["PGOPTIONS", "PGSSLCERT", "PGSSLKEY", "PGSSLROOTCERT"];

/// Where the server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// The directory of a Unix socket on this host.
    Socket(PathBuf),
    /// A name that the server's certificate must have, and the roots it must lead to (PEM). The
    /// driver also trusts the public roots it brings.
    Host { name: String, roots: PathBuf },
}

/// A database. Not `Debug`: it holds the password.
#[derive(Clone)]
pub struct Target {
    pub server: Server,
    pub port: u16,
    pub user: String,
    /// None where the server knows the user otherwise (`peer` on a socket).
    pub password: Option<SecretString>,
    pub database: String,
    /// Name of this instance, as the server's lists of connections show it.
    pub node: String,
}

impl Target {
    pub(super) fn check_environment(&self) -> Result<(), OpenError> {
        let foreign = |name: &&str| std::env::var_os(name).is_some();
        match FOREIGN.into_iter().find(|name| foreign(name)) {
            Some(name) => Err(OpenError::Environment(name)),
            None => Ok(()),
        }
    }

    /// For a connection that writes. No limit on a statement's time: the server would take it for
    /// a reason not to wait for its standby at a COMMIT, and say that all is well.
    pub(super) fn writing(&self) -> PgConnectOptions {
        self.options().options([
            ("statement_timeout", "0".to_owned()),
            ("lock_timeout", millis(LOCKED)),
            ("idle_in_transaction_session_timeout", millis(IDLE)),
        ])
    }

    /// For a connection that reads.
    pub(super) fn reading(&self) -> PgConnectOptions {
        self.options().options([
            ("statement_timeout", millis(READING)),
            ("lock_timeout", millis(READING)),
            ("default_transaction_read_only", "on".to_owned()),
        ])
    }

    /// For a connection that reads everything once, however long that takes.
    pub(super) fn copying(&self) -> PgConnectOptions {
        self.options().options([
            ("statement_timeout", "0".to_owned()),
            ("lock_timeout", millis(LOCKED)),
            ("default_transaction_read_only", "on".to_owned()),
        ])
    }

    fn options(&self) -> PgConnectOptions {
        let password = self.password.as_ref().map_or("", |p| p.expose_secret());
        let options = PgConnectOptions::new_without_pgpass()
            .port(self.port)
            .username(&self.user)
            .password(password)
            .database(&self.database)
            .application_name(&format!("chanceryd/{}", self.node))
            .statement_cache_capacity(STATEMENTS)
            .options([("search_path", "public,pg_temp")])
            .disable_statement_logging();
        match &self.server {
            Server::Socket(directory) => options
                .host(&directory.to_string_lossy())
                .socket(directory)
                .ssl_mode(PgSslMode::Disable),
            Server::Host { name, roots } => options
                .host(name)
                .ssl_mode(PgSslMode::VerifyFull)
                .ssl_root_cert(roots),
        }
    }
}

fn millis(length: Duration) -> String {
    length.as_millis().to_string()
}
