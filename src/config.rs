//! The configuration file: strict TOML, every key documented in `config/chancery.toml`.
//!
//! A fault names file, line and reason. This module reads text into checked values; it does not
//! read the files that the configuration names, nor secrets: the daemon does, through
//! [`source::read`], which gives the same kind of error.

use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

pub mod caa;
pub mod database;
pub mod deny_list;
pub mod documents;
pub mod domains;
pub mod hsm;
pub mod listen;
pub mod lives;
pub mod mail;
pub mod mail_domains;
pub mod products;
pub mod registers;
pub mod source;
pub mod terms;
pub mod value;
pub mod webhooks;

use self::{
    caa::Caa,
    database::{Database, Place},
    documents::Documents,
    domains::Domains,
    hsm::{Hsm, Issuer},
    listen::{Limits, Listen, Tls},
    lives::Lives,
    mail::Mail,
    registers::Registers,
    source::{ConfigError, Text},
    terms::Terms,
    value::{AbsolutePath, Bounded, NodeName, SecretSource},
    webhooks::Webhooks,
};

/// Largest configuration, products or profile file.
const LARGEST: u64 = 1024 * 1024;

/// A checked configuration.
#[derive(Debug)]
pub struct Config {
    pub settings: Settings,
    text: Text,
}

/// The keys of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub node: Node,
    pub listen: Listen,
    pub tls: Tls,
    pub database: Database,
    pub hsm: Hsm,
    #[serde(default)]
    pub issuers: Vec<Issuer>,
    pub files: Files,
    pub secrets: Secrets,
    pub caa: Caa,
    pub mail: Mail,
    #[serde(default)]
    pub registers: Registers,
    pub webhooks: Option<Webhooks>,
    pub domains: Option<Domains>,
    #[serde(default)]
    pub documents: Documents,
    #[serde(default)]
    pub keys: Keys,
    #[serde(default)]
    pub lives: Lives,
    #[serde(default)]
    pub terms: Terms,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub log: Log,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Names this instance in audit entries.
    pub name: NodeName,
    /// What the names of the audit logs begin with, for example `ca.example.com/audit`.
    pub log_prefix: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    pub products: Spanned<AbsolutePath>,
    /// Directory of `*.toml` certificate profiles.
    pub profiles: Spanned<AbsolutePath>,
    /// Directory of applicants' documents, written by the daemon.
    pub documents: Spanned<AbsolutePath>,
    /// Directory of mail templates; the built-in ones without it.
    pub mail_templates: Option<Spanned<AbsolutePath>>,
    /// Who gets no certificate; without it a person judges that in each case.
    pub deny_list: Option<Spanned<AbsolutePath>>,
    /// Mail domains of free and of disposable mailboxes; none are known without it.
    pub mail_domains: Option<Spanned<AbsolutePath>>,
}

/// Public keys that enter no subscriber's certificate.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// Lists of keys whose private half is public.
    pub published: Vec<Spanned<AbsolutePath>>,
    /// Roots and other keys of the CA that the rest of the configuration does not name (PEM).
    pub own: Vec<Spanned<AbsolutePath>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// At least 32 bytes that key the hash of e-mail codes.
    pub mailbox_code: Spanned<SecretSource>,
    /// Lines `ID HEX`: keys of 32 bytes under which documents and evidence are encrypted, the newest last.
    pub document_keys: Spanned<SecretSource>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// A `tracing` filter, for example `info` or `info,chancery::http=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
        }
    }
}

/// Seconds, minutes, hours or days by the name of the key.
pub type Count<const MIN: u64, const MAX: u64> = Bounded<MIN, MAX>;

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    /// The first fault, with file, line and reason.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = source::read(path, LARGEST)?;
        let settings = text.parse::<Settings>()?;
        let config = Self { settings, text };
        config.check()?;
        Ok(config)
    }

    /// The file it was read from.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.text.path()
    }

    /// SHA-256 of the file as it was read.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_str()).into()
    }

    /// A fault at the line of a value.
    pub fn fault<T>(&self, at: &Spanned<T>, reason: impl ToString) -> ConfigError {
        self.text.fault(at.span().start, reason)
    }

    /// Which database it is.
    ///
    /// # Errors
    /// When the URL is of another form, or a key does not go with it.
    pub fn database(&self) -> Result<Place, ConfigError> {
        let database = &self.settings.database;
        let fault = |reason| self.fault(&database.url, reason);
        database.place().map_err(fault)
    }

    /// What no single key can say.
    fn check(&self) -> Result<(), ConfigError> {
        self.database()?;
        let mail = &self.settings.mail;
        if mail.smtp.is_some() == mail.directory.is_some() {
            let reason = "exactly one of [mail.smtp] and mail.directory is needed";
            return Err(self.fault(&mail.from, reason));
        }
        if let Some(smtp) = &mail.smtp
            && smtp.user.is_some() != smtp.password.is_some()
        {
            let reason = "user and password of [mail.smtp] go together";
            return Err(self.fault(&mail.from, reason));
        }
        let base = mail.confirm_base_url.get_ref();
        let is_url = base.starts_with("http://") || base.starts_with("https://");
        if !is_url || base.ends_with('/') {
            let reason = "must be an http or https URL without a slash at the end";
            return Err(self.fault(&mail.confirm_base_url, reason));
        }
        self.check_codes()?;
        self.check_caa()?;
        self.check_hsm()
    }

    /// An owner that may have all of its codes must find room for them.
    fn check_codes(&self) -> Result<(), ConfigError> {
        let (limits, most) = (&self.settings.limits, self.settings.limits.codes());
        let widest = [
            (most.frontend, &limits.frontend_codes_per_hour),
            (most.domain, &limits.domain_codes_per_hour),
        ];
        match widest.into_iter().find(|(count, _)| *count < most.owner) {
            Some((_, wide)) => {
                // At what the file says: one of the two may be a default.
                let is_said = !wide.span().is_empty();
                let at = if is_said {
                    wide
                } else {
                    &limits.codes_per_hour
                };
                let reason = "codes_per_hour is above frontend_codes_per_hour or \
                              domain_codes_per_hour";
                Err(self.fault(at, reason))
            }
            None => Ok(()),
        }
    }

    fn check_caa(&self) -> Result<(), ConfigError> {
        let Caa {
            issuer_domains,
            resolvers,
            ..
        } = &self.settings.caa;
        if !(1..=caa::DOMAINS).contains(&issuer_domains.get_ref().len()) {
            let reason = format!("one to {} names are needed", caa::DOMAINS);
            return Err(self.fault(issuer_domains, reason));
        }
        if !(1..=caa::RESOLVERS).contains(&resolvers.get_ref().len()) {
            let reason = format!("one to {} resolvers are needed", caa::RESOLVERS);
            return Err(self.fault(resolvers, reason));
        }
        Ok(())
    }

    fn check_hsm(&self) -> Result<(), ConfigError> {
        let tokens = &self.settings.hsm.tokens;
        for token in tokens {
            if token.label.is_some() == token.serial.is_some() {
                let reason = "a token has exactly one of label and serial";
                return Err(self.fault(&token.module, reason));
            }
        }
        let mut keys = tokens.iter().flat_map(|token| &token.keys);
        for issuer in &self.settings.issuers {
            let key = issuer.key.get_ref();
            if !keys.clone().any(|known| known.name.0 == key.0) {
                return Err(self.fault(&issuer.key, "no token has a key of this name"));
            }
        }
        let mut names = Vec::new();
        match keys.find(|key| {
            let twice = names.contains(&&key.name.0);
            names.push(&key.name.0);
            twice
        }) {
            Some(key) => Err(self.fault(&key.label, "this key's name stands twice")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Config::load(file.path())
    }

    const SHIPPED: &str = include_str!("../config/chancery.toml");

    #[test]
    fn the_shipped_file_is_right() {
        let config = load(SHIPPED).unwrap();
        assert_eq!(
            config.database().unwrap(),
            Place::Sqlite(PathBuf::from("/var/lib/chancery/chancery.db"))
        );
    }

    #[test]
    fn faults_name_the_line() {
        let lines = |text: &str| text.lines().count();
        let unknown = format!("{SHIPPED}\n[strange]\nx = 1\n");
        let error = load(&unknown).unwrap_err();
        assert_eq!(error.line, Some(lines(SHIPPED) + 2), "{error}");
        let line = SHIPPED.lines().position(|line| line.starts_with("url ="));
        let wrong = SHIPPED.replace("sqlite:///var", "postgres:///var");
        let error = load(&wrong).unwrap_err();
        assert_eq!(error.line, line.map(|line| line + 1), "{error}");
        assert!(error.to_string().contains("sqlite:///absolute/path"));
    }

    /// Whether the owner's limit is raised above a default, or another one is put below it.
    #[test]
    fn an_owner_has_room_for_all_of_its_codes() {
        for wrong in [
            "codes_per_hour = 501",
            "frontend_codes_per_hour = 499",
            "domain_codes_per_hour = 499",
        ] {
            let section = "[limits]\n";
            let text = SHIPPED.replacen(section, &format!("{section}{wrong}\n"), 1);
            assert!(SHIPPED.contains(section));
            let error = load(&text).unwrap_err();
            let line = text.lines().position(|line| line == wrong);
            assert_eq!(error.line, line.map(|line| line + 1), "{error}");
            assert!(error.reason.contains("is above"), "{error}");
        }
    }

    #[test]
    fn a_server_is_named_with_all_it_needs() {
        let with = |url: &str| SHIPPED.replace("sqlite:///var/lib/chancery/chancery.db", url);
        let host = with("postgresql://chancery_daemon@db.example.org/chancery");
        let error = load(&host).unwrap_err();
        assert!(error.reason.contains("tls_roots"), "{error}");
        let roots = "[database]\ntls_roots = \"/etc/chancery/db.pem\"";
        let host = host.replace("[database]", roots);
        assert!(matches!(
            load(&host).unwrap().database(),
            Ok(Place::Postgres(_))
        ));
        let file = SHIPPED.replace("[database]", "[database]\nlanes = 4");
        let error = load(&file).unwrap_err();
        assert!(error.reason.contains("for PostgreSQL"), "{error}");
        let socket = with("postgresql://chancery_daemon@/chancery?host=/run/postgresql");
        assert_eq!(load(&socket).unwrap().settings.database.lanes(), 2);
    }

    #[test]
    fn a_key_without_a_token_is_refused() {
        let wrong = SHIPPED.replace("key = \"issuing-g1\"", "key = \"issuing-g9\"");
        let error = load(&wrong).unwrap_err();
        assert!(error.reason.contains("no token has a key"), "{error}");
    }
}
