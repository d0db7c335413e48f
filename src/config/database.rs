//! Which database: a file of SQLite, or a server of PostgreSQL. Knows no driver, and no password: only
//! where it is read from.

use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::value::{AbsolutePath, Bounded, SecretSource};

/// What a URL must look like.
const FORMS: &str = "must be sqlite:///absolute/path, postgresql://USER@HOST[:PORT]/NAME or \
    postgresql://USER@/NAME?host=/directory/of/the/socket";
/// The port of PostgreSQL.
const PORT: u16 = 5432;
/// Characters of a name on a server (`NAMEDATALEN`).
const LONGEST: usize = 63;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:///absolute/path`, or a server: see [`Place`].
    pub url: Spanned<String>,
    /// What the server asks the user for. None on a socket where it knows the account.
    pub password: Option<Spanned<SecretSource>>,
    /// Roots that the server's certificate leads to (PEM). Needed for a host.
    pub tls_roots: Option<Spanned<AbsolutePath>>,
    /// Connections that write side by side.
    pub lanes: Option<Spanned<Bounded<1, 16>>>,
}

/// What a URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file.
    Sqlite(PathBuf),
    Postgres(Remote),
}

/// A database on a server, and who we are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    pub server: Server,
    pub port: u16,
    pub user: String,
    pub name: String,
}

/// How a server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// The directory of its socket.
    Socket(PathBuf),
    /// Its name or address, as its certificate has it.
    Host(String),
}

impl Database {
    /// What the URL names, when the other keys go with it.
    ///
    /// # Errors
    /// The reason, of the URL.
    pub fn place(&self) -> Result<Place, String> {
        let place = parse(self.url.get_ref())?;
        let others = [
            ("password", self.password.is_some()),
            ("tls_roots", self.tls_roots.is_some()),
            ("lanes", self.lanes.is_some()),
        ];
        match &place {
            Place::Sqlite(_) => {
                if let Some((key, _)) = others.into_iter().find(|(_, given)| *given) {
                    return Err(format!("{key} of [database] is for PostgreSQL"));
                }
            }
            Place::Postgres(Remote { server, .. }) => {
                let is_host = matches!(server, Server::Host(_));
                if is_host && self.tls_roots.is_none() {
                    return Err("a host needs tls_roots: nothing is said without TLS".to_owned());
                }
                if !is_host && self.tls_roots.is_some() {
                    return Err("a socket has no TLS: leave tls_roots out".to_owned());
                }
            }
        }
        Ok(place)
    }

    /// Connections that write side by side.
    #[must_use]
    pub fn lanes(&self) -> usize {
        let given = self.lanes.as_ref().map(|lanes| lanes.get_ref().get());
        given.and_then(|n| usize::try_from(n).ok()).unwrap_or(2)
    }
}

fn parse(url: &str) -> Result<Place, String> {
    if let Some(path) = url.strip_prefix("sqlite://") {
        return match path.starts_with('/') && !path.contains(['?', '#', '%']) {
            true => Ok(Place::Sqlite(PathBuf::from(path))),
            false => Err(FORMS.to_owned()),
        };
    }
    let rest = url.strip_prefix("postgresql://").ok_or(FORMS)?;
    let (user, rest) = rest.split_once('@').ok_or(FORMS)?;
    if user.contains(':') {
        let reason = "no password stands here: password of [database] says where it is read from";
        return Err(reason.to_owned());
    }
    let (at, rest) = rest.split_once('/').ok_or(FORMS)?;
    let (name, directory) = match rest.split_once("?host=") {
        Some((name, directory)) => (name, Some(directory)),
        None => (rest, None),
    };
    let (host, port) = port(at)?;
    let server = match (host, directory) {
        ("", Some(directory)) if directory.starts_with('/') && !directory.contains(['&', '%']) => {
            Server::Socket(PathBuf::from(directory))
        }
        (host, None) if is_host(host) => Server::Host(host.to_owned()),
        _ => return Err(FORMS.to_owned()),
    };
    if !is_name(user) || !is_name(name) {
        return Err(FORMS.to_owned());
    }
    Ok(Place::Postgres(Remote {
        server,
        port,
        user: user.to_owned(),
        name: name.to_owned(),
    }))
}

fn port(at: &str) -> Result<(&str, u16), String> {
    match at.rsplit_once(':') {
        None => Ok((at, PORT)),
        Some((host, port)) => {
            let port = port.parse().map_err(|_| FORMS.to_owned())?;
            Ok((host, port))
        }
    }
}

/// A DNS name or an IPv4 address: both are names of a certificate as they stand.
fn is_host(host: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b);
    !host.is_empty() && host.bytes().all(plain)
}

/// A name that a server takes without quotes.
fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(server: Server, port: u16) -> Place {
        Place::Postgres(Remote {
            server,
            port,
            user: "chancery_daemon".to_owned(),
            name: "chancery".to_owned(),
        })
    }

    #[test]
    fn a_url_names_one_database() {
        let socket = Server::Socket(PathBuf::from("/run/postgresql"));
        let host = Server::Host("db.example.org".to_owned());
        for (url, place) in [
            ("sqlite:///a/b.db", Place::Sqlite(PathBuf::from("/a/b.db"))),
            (
                "postgresql://chancery_daemon@/chancery?host=/run/postgresql",
                server(socket.clone(), 5432),
            ),
            (
                "postgresql://chancery_daemon@:5433/chancery?host=/run/postgresql",
                server(socket, 5433),
            ),
            (
                "postgresql://chancery_daemon@db.example.org/chancery",
                server(host.clone(), 5432),
            ),
            (
                "postgresql://chancery_daemon@db.example.org:6000/chancery",
                server(host, 6000),
            ),
        ] {
            assert_eq!(parse(url), Ok(place), "{url}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for url in [
            "sqlite://relative.db",
            "sqlite:///a?mode=rw",
            "postgres://u@h/d",
            "postgresql://h/d",
            "postgresql://u@h/",
            "postgresql://u@h",
            "postgresql://@h/d",
            "postgresql://u@/d",
            "postgresql://u@h:x/d",
            "postgresql://u@h/d?sslmode=disable",
            "postgresql://u@h/d?host=/run",
            "postgresql://u@/d?host=run",
            "postgresql://u@/d?host=/run&sslmode=disable",
            "postgresql://U@h/d",
        ] {
            assert_eq!(parse(url), Err(FORMS.to_owned()), "{url}");
        }
        let told = parse("postgresql://u:secret@h/d").unwrap_err();
        assert!(told.contains("password of [database]") && !told.contains("secret"));
    }
}
