//! Mails: who sends them, where they go, how they are signed.

use serde::Deserialize;
use toml::Spanned;

use super::value::{AbsolutePath, Name, SecretSource};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The CA's name as people know it; signs the mails.
    pub ca_name: String,
    /// Who answers questions: an address or a URL.
    pub contact: String,
    /// IANA name of the zone whose time mails tell, beside UTC; without it they tell UTC alone.
    pub time_zone: Option<Spanned<String>>,
    /// Address in From.
    pub from: Spanned<String>,
    /// The public listener as the mailbox holder reaches it, without a slash at the end.
    pub confirm_base_url: Spanned<String>,
    pub smtp: Option<Smtp>,
    /// Directory for `.eml` files instead of a server.
    pub directory: Option<Spanned<AbsolutePath>>,
    /// Where mails that cannot be delivered come back to.
    pub bounces: Option<Bounces>,
    /// Mails are S/MIME-signed; without it they are not.
    pub signing: Option<Signing>,
    /// Keys that sign every mail for a domain; usually one of RSA and one of Ed25519.
    #[serde(default)]
    pub dkim: Vec<Dkim>,
    /// On which days people are reminded.
    pub reminders: Option<Spanned<Reminders>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounces {
    /// Host of the return paths `b+…@domain`, in lower-case A-labels.
    pub domain: Spanned<String>,
    /// Maildir into which a mail server delivers what is sent there.
    pub maildir: Spanned<AbsolutePath>,
}

/// Days of each kind of reminder; what is not given is as built in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reminders {
    /// Before the window to activate an order ends.
    pub order: Option<Vec<u32>>,
    /// Before a certificate ends.
    pub certificate: Option<Vec<u32>>,
    /// Before verified data ends.
    pub data: Option<Vec<u32>>,
    /// Before control over a mailbox ends.
    pub mailbox: Option<Vec<u32>>,
    /// After an order could be activated.
    pub ready: Option<Vec<u32>>,
    /// After an applicant was asked.
    pub applicant: Option<Vec<u32>>,
}

/// The notification certificate and its key, which signs nothing but mails.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    /// Name of the key under `[[hsm.tokens.keys]]`, the only one of its token.
    pub key: Spanned<Name>,
    /// PEM certificate that names the address in From.
    pub certificate: Spanned<AbsolutePath>,
    /// PEM certificates above it, nearest first.
    #[serde(default)]
    pub chain: Vec<Spanned<AbsolutePath>>,
}

/// A DKIM key (RFC 6376).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    /// The sender's domain or one above it.
    pub domain: Spanned<String>,
    /// The public key stands at `SELECTOR._domainkey.DOMAIN`.
    pub selector: String,
    /// PEM private key (PKCS #8): RSA of 2048 bits or more, or Ed25519.
    pub key: Spanned<SecretSource>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub security: SmtpSecurity,
    /// This host's name in EHLO.
    pub hello: String,
    /// Extra trusted root (PEM) for the server's certificate.
    pub ca: Option<Spanned<AbsolutePath>>,
    pub user: Option<String>,
    pub password: Option<Spanned<SecretSource>>,
}

/// There is no mode without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    Starttls,
    Implicit,
}
