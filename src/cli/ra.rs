//! `chancery ra`: who may speak to the daemon.

use std::{fs, path::PathBuf};

use clap::Subcommand;
use hyper::Method;

use super::{
    client::{Client, Extra},
    command::escaped,
    fault::Fault,
    report::{Report, table},
};
use crate::api::{
    identity::{Identity, NewIdentity},
    list::List,
};

#[derive(Subcommand)]
pub enum Verb {
    /// Register a frontend or a person.
    #[command(after_help = "Examples:
  chancery ra add web-panel --role ra_customer --uri spiffe://example.com/ra/web
  chancery ra add jan --role validation_officer --certificate jan.pem --qualified-until 2027-12-31")]
    Add {
        /// Name in the registry: a-z, 0-9, dot, hyphen.
        name: String,
        /// ra_customer, ra_partner, validation_specialist, validation_officer, security_officer,
        /// operator or auditor.
        #[arg(long)]
        role: String,
        /// The TLS certificate (PEM); it is known by its key. People need one.
        #[arg(long, value_name = "FILE", required_unless_present = "uri")]
        certificate: Option<PathBuf>,
        /// URI of the certificate's subjectAltName.
        #[arg(long, conflicts_with = "certificate")]
        uri: Option<String>,
        /// Last day of a person's qualification, or an RFC 3339 time.
        #[arg(long, value_name = "DATE")]
        qualified_until: Option<String>,
        /// First day on which the role may be used, or an RFC 3339 time.
        #[arg(long, value_name = "DATE")]
        granted_from: Option<String>,
        /// Last day on which the role may be used, or an RFC 3339 time.
        #[arg(long, value_name = "DATE")]
        granted_until: Option<String>,
    },
    /// Everybody, by name.
    List,
    /// One identity.
    Show { name: String },
    /// Take an identity's role away for good.
    Disable { name: String },
}

/// # Errors
/// The daemon's refusal, or what cannot be read.
pub fn run(client: &Client, verb: Verb) -> Result<Report, Fault> {
    match verb {
        Verb::Add {
            name,
            role,
            certificate,
            uri,
            qualified_until,
            granted_from,
            granted_until,
        } => {
            let read = |path: PathBuf| {
                fs::read_to_string(&path).map_err(|e| Fault::unreadable(path.display(), e))
            };
            let new = NewIdentity {
                name,
                role,
                certificate: certificate.map(read).transpose()?,
                uri,
                qualified_until: qualified_until.map(end_of_day),
                granted_from: granted_from.map(start_of_day),
                granted_until: granted_until.map(end_of_day),
            };
            let reply = client.send(Method::POST, "/identities", Some(&new), &Extra::default())?;
            shown(&reply.json()?)
        }
        Verb::List => {
            let list: List<Identity> = client.get("/identities")?.json()?;
            let head = ["name", "role", "active", "qualified until", "known by"];
            let mut rows = vec![head.map(ToOwned::to_owned).to_vec()];
            rows.extend(list.items.iter().map(row));
            Ok(Report::new(table(&rows), &list))
        }
        Verb::Show { name } => {
            let path = format!("/identities/{}", escaped(&name));
            shown(&client.get(&path)?.json()?)
        }
        Verb::Disable { name } => {
            let path = format!("/identities/{}/disable", escaped(&name));
            let reply = client.send(Method::POST, &path, None::<&()>, &Extra::default())?;
            shown(&reply.json()?)
        }
    }
}

fn shown(identity: &Identity) -> Result<Report, Fault> {
    let state = match (&identity.disabled_at, identity.active) {
        (Some(at), _) => format!("disabled since {at}"),
        (None, true) => "active".to_owned(),
        (None, false) => "outside the time of its grant or qualification".to_owned(),
    };
    let mut lines = vec![
        format!("{}  {}", identity.name, identity.role),
        format!("  {state}"),
        format!("  known by {}", known_by(identity)),
    ];
    if let Some(until) = &identity.qualified_until {
        lines.push(format!("  qualified until {until}"));
    }
    for (word, at) in [
        ("from", &identity.granted_from),
        ("until", &identity.granted_until),
    ] {
        if let Some(at) = at {
            lines.push(format!("  granted {word} {at}"));
        }
    }
    Ok(Report::new(lines.join("\n"), identity))
}

fn row(identity: &Identity) -> Vec<String> {
    vec![
        identity.name.clone(),
        identity.role.clone(),
        if identity.active { "yes" } else { "no" }.to_owned(),
        identity.qualified_until.clone().unwrap_or_default(),
        known_by(identity),
    ]
}

fn known_by(identity: &Identity) -> String {
    match (&identity.spki_sha256, &identity.uri) {
        (Some(hash), _) => format!("key {hash}"),
        (None, Some(uri)) => uri.clone(),
        (None, None) => String::new(),
    }
}

/// A day begins with its first second.
fn start_of_day(text: String) -> String {
    if text.len() == 10 {
        format!("{text}T00:00:00Z")
    } else {
        text
    }
}

/// A day ends with its last second.
fn end_of_day(text: String) -> String {
    if text.len() == 10 {
        format!("{text}T23:59:59Z")
    } else {
        text
    }
}
