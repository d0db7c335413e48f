//! Mail that comes back to the return path of the CA's mails.

use std::collections::BTreeSet;

use async_trait::async_trait;

/// A message that lies there, as far as it is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// What [`ReturnedMail::done`] knows it by.
    pub name: String,
    /// `None` for whatever is no report of a delivery: automatic replies, answers of people.
    pub report: Option<DeliveryReport>,
}

/// What a delivery status notification says of one message (RFC 3464).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Every address to which the report was sent, as far as it says; one may be a return path.
    pub sent_to: Vec<String>,
    /// Whether nobody tries any more: the action is `failed` (RFC 3464 2.3.3), or none is named
    /// and the first figure of the status (RFC 3463) is 5.
    pub is_final: bool,
    /// Status and words of the server that spoke; one line, at most 500 characters.
    pub words: String,
}

/// The place cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the returned mail cannot be seen to: {0}")]
pub struct ReturnedMailError(pub String);

/// The place where returned mail lies.
#[async_trait]
pub trait ReturnedMail: Send + Sync {
    /// Some of the messages that were not seen to, at most `most`, and none whose name is in
    /// `but`: those are not read. One that cannot be read is passed over and said in the log.
    ///
    /// # Errors
    /// When the place cannot be read, or nothing of what lies in it.
    async fn waiting(
        &self,
        most: usize,
        but: &BTreeSet<String>,
    ) -> Result<Vec<Returned>, ReturnedMailError>;

    /// The message was seen to and is not shown again.
    ///
    /// # Errors
    /// When that cannot be noted.
    async fn done(&self, name: &str) -> Result<(), ReturnedMailError>;
}
