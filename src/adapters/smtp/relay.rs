//! The operator's mail server. TLS is never optional: a code in the clear proves nothing.

use std::time::Duration;

use async_trait::async_trait;
use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters, TlsVersion},
    extension::ClientId,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use super::message::{Octets, Sender, build, content};
use crate::ports::mailer::{MailError, Mailer, Message, Reply};

/// Connections at a time: what submission servers grant one client without a word.
const CONNECTIONS: usize = 8;

/// How TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// RFC 3207, demanded.
    StartTls,
    /// RFC 8314, from the first octet.
    Implicit,
}

/// Where mails go and as whom.
pub struct Settings {
    /// Also the name the server's certificate must have.
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// PEM of the only trusted CAs; `None`: those of the system.
    pub ca_pem: Option<Vec<u8>>,
    pub login: Option<Login>,
    /// Name in EHLO.
    pub hello: String,
    pub sender: Sender,
    /// For one whole try, from connecting to the server's word.
    pub deadline: Duration,
}

/// A submission account.
pub struct Login {
    pub user: String,
    pub password: SecretString,
}

/// The settings cannot work.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("the mail server's CA file cannot be used")]
    Roots(#[source] lettre::transport::smtp::Error),
    #[error("TLS towards the mail server cannot be set up")]
    Tls(#[source] lettre::transport::smtp::Error),
}

/// Hands mails to one submission server, each over a connection of its own.
pub struct Relay {
    settings: Settings,
    tls: TlsParameters,
    connections: Semaphore,
}

impl Relay {
    /// # Errors
    /// When the CA file is not PEM or TLS cannot be set up.
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let mut tls =
            TlsParameters::builder(settings.host.clone()).set_min_tls_version(TlsVersion::Tlsv12);
        if let Some(pem) = &settings.ca_pem {
            let roots = Certificate::from_pem(pem).map_err(SetupError::Roots)?;
            tls = tls
                .certificate_store(CertificateStore::None)
                .add_root_certificate(roots);
        }
        let tls = tls.build_rustls().map_err(SetupError::Tls)?;
        Ok(Self {
            settings,
            tls,
            connections: Semaphore::new(CONNECTIONS),
        })
    }

    /// Up to the point where the server knows us. Whatever fails here is about the server or the
    /// account, not about the mail: even its 5xx is to be tried again.
    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        let settings = &self.settings;
        let hello = ClientId::Domain(settings.hello.clone());
        let implicit = match settings.security {
            Security::Implicit => Some(self.tls.clone()),
            Security::StartTls => None,
        };
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (settings.host.as_str(), settings.port),
            Some(settings.deadline),
            &hello,
            implicit,
            None,
        )
        .await
        .map_err(|error| later(&error))?;
        if settings.security == Security::StartTls {
            connection
                .starttls(self.tls.clone(), &hello)
                .await
                .map_err(|error| later(&error))?;
        }
        if !connection.is_encrypted() {
            return Err(MailError::Transient("the server offers no TLS".to_owned()));
        }
        if let Some(login) = &settings.login {
            let password = login.password.expose_secret().to_owned();
            let credentials = Credentials::new(login.user.clone(), password);
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await
                .map_err(|error| later(&error))?;
        }
        Ok(connection)
    }

    async fn hand_over(&self, octets: &Octets) -> Result<Reply, MailError> {
        let mut connection = self.connect().await?;
        let answer = connection.send(&octets.envelope, &octets.content).await;
        // The server has spoken about the mail; how the connection ends does not matter.
        connection.abort().await;
        match answer {
            Ok(response) => {
                let words: Vec<&str> = response.message().collect();
                Ok(Reply(format!("{} {}", response.code(), words.join(" "))))
            }
            Err(error) if error.is_permanent() => Err(MailError::Permanent(words(&error))),
            Err(error) => Err(later(&error)),
        }
    }
}

#[async_trait]
impl Mailer for Relay {
    fn content(&self, message: &Message) -> Result<Vec<u8>, MailError> {
        Ok(content(message))
    }

    async fn send(&self, message: Message) -> Result<Reply, MailError> {
        let octets = build(&self.settings.sender, &message)?;
        let deadline = self.settings.deadline;
        // Never closed; the deadline begins when there is a connection to be made.
        let _connection = self.connections.acquire().await;
        match tokio::time::timeout(deadline, self.hand_over(&octets)).await {
            Ok(result) => result,
            Err(_) => Err(MailError::Transient("the server took too long".to_owned())),
        }
    }
}

fn later(error: &lettre::transport::smtp::Error) -> MailError {
    MailError::Transient(words(error))
}

/// The error with its sources; SMTP errors carry replies, never what was sent.
fn words(error: &lettre::transport::smtp::Error) -> String {
    error.to_string().replace(['\r', '\n'], " ")
}
