//! Mails leave here: their wording, and the server that takes them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::domain::{id::MailId, mail::MailKind, text::Language, timestamp::Timestamp};

/// What a template may say. Values are plain text of people's making: a template can print
/// them and nothing else.
#[derive(Debug)]
pub struct Letter {
    pub kind: MailKind,
    pub language: Language,
    pub values: BTreeMap<&'static str, String>,
    /// The random value, in the mail that carries one.
    pub code: Option<SecretString>,
}

/// A rendered letter. The text may hold a random value.
#[derive(Debug)]
pub struct Wording {
    /// One line.
    pub subject: String,
    /// Lines end with LF.
    pub text: SecretString,
    /// The same words as an HTML document that loads nothing; lines end with LF.
    pub html: SecretString,
}

impl Wording {
    /// What a record of the mail keeps of it: SHA-256 of the subject, a line feed, and the plain
    /// text. Nothing can be guessed of a code from it: a code has 130 random bits.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        let whole = Sha256::new()
            .chain_update(&self.subject)
            .chain_update("\n")
            .chain_update(self.text.expose_secret());
        whole.finalize().into()
    }
}

/// A template is missing, broken, or asks for what this kind of mail does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the mail template cannot be rendered: {0}")]
pub struct WordingError(pub String);

/// The words of each kind of mail in each language.
pub trait Templates: Send + Sync {
    /// # Errors
    /// See [`WordingError`].
    fn render(&self, letter: &Letter) -> Result<Wording, WordingError>;
}

/// A file that goes with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Of `A-Z a-z 0-9 . -`.
    pub name: String,
    /// For example `application/pkix-cert`.
    pub media_type: &'static str,
    pub content: Vec<u8>,
}

/// A message to one mailbox. The sender is the mailer's.
#[derive(Debug)]
pub struct Message {
    /// Becomes the Message-ID: the same for every try, so that a mail that was taken twice is
    /// known as one.
    pub id: MailId,
    /// Where a report of a failed delivery is to go; to the sender when there is none.
    pub return_path: Option<String>,
    /// Where the recipient of a reminder says that no more are wanted (RFC 8058): a URL.
    pub unsubscribe: Option<String>,
    pub recipient: String,
    pub language: Language,
    pub date: Timestamp,
    pub wording: Wording,
    pub attachments: Vec<Attachment>,
    /// The signature over [`Mailer::content`] of this message.
    pub signature: Option<MailSignature>,
}

/// A detached S/MIME signature (RFC 8551 3.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSignature {
    /// DER of the CMS `ContentInfo`.
    pub cms: Vec<u8>,
    /// Name of its digest, for example `sha-256`.
    pub micalg: &'static str,
}

/// What the server said when it took the mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply(pub String);

/// Why a mail was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// No connection, no TLS, no login, a 4xx reply, a full disk: to be tried again.
    #[error("the mail cannot be handed over now: {0}")]
    Transient(String),
    /// A 5xx reply to this message.
    #[error("the mail was refused for good: {0}")]
    Permanent(String),
    /// It cannot be made a message at all.
    #[error("the mail cannot be built: {0}")]
    Unusable(String),
}

/// The way out.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// The octets that a signature on the message covers: words and files as one MIME entity.
    /// They are the same each time.
    ///
    /// # Errors
    /// [`MailError::Unusable`].
    fn content(&self, message: &Message) -> Result<Vec<u8>, MailError>;

    /// Hands a message over; returns after the other side has taken responsibility for it.
    ///
    /// # Errors
    /// See [`MailError`].
    async fn send(&self, message: Message) -> Result<Reply, MailError>;
}
