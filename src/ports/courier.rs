//! Takes signed messages to the endpoints of webhooks.

use async_trait::async_trait;

use crate::domain::{timestamp::Timestamp, webhook::progress::Outcome};

/// A message before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The same at every try: the receiver knows a repetition by it.
    pub id: String,
    /// Of this try.
    pub at: Timestamp,
    /// JSON.
    pub body: Vec<u8>,
    /// Bytes of the answer that are wanted; a longer one is broken. Without, none is read.
    pub answer: Option<usize>,
}

/// The endpoint has spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub status: u16,
    pub body: Vec<u8>,
}

/// No answer that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    pub outcome: Outcome,
    pub status: Option<u16>,
}

/// The way out, and the keys that prove whose the messages are.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Whether an endpoint may be registered.
    ///
    /// # Errors
    /// The code of what is wrong with the address.
    fn admits(&self, url: &str) -> Result<(), &'static str>;

    /// One try.
    ///
    /// # Errors
    /// [`Lost`], also for each status but 200 to 299.
    async fn take(&self, url: &str, letter: &Letter) -> Result<Receipt, Lost>;

    /// The Ed25519 keys whose signatures each message carries, in their order (DER SPKI).
    fn keys(&self) -> Vec<Vec<u8>>;
}
