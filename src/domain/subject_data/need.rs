//! What a specialist may need of the applicant. The words in each language belong to the CA, so
//! that the applicant reads the language of the order whoever asks; see `policy::needs`.

use crate::domain::{
    audit::{event::Event, value::Value},
    text::Text,
    timestamp::Timestamp,
};

/// One thing that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    RegisterExtract,
    FoundingDocument,
    AuthorityProof,
    CorrectedData,
    ReadableDocument,
    Contact,
    /// What the specialist's own words say.
    Other,
}

impl Need {
    pub const ALL: [Self; 7] = [
        Self::RegisterExtract,
        Self::FoundingDocument,
        Self::AuthorityProof,
        Self::CorrectedData,
        Self::ReadableDocument,
        Self::Contact,
        Self::Other,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RegisterExtract => "register-extract",
            Self::FoundingDocument => "founding-document",
            Self::AuthorityProof => "authority-proof",
            Self::CorrectedData => "corrected-data",
            Self::ReadableDocument => "readable-document",
            Self::Contact => "contact",
            Self::Other => "other",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|need| need.name() == name)
    }
}

/// A question to the applicant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// At least one, each once.
    pub needed: Vec<Need>,
    /// The specialist's own words, passed on as typed; there when [`Need::Other`] is.
    pub message: Option<Text<2000>>,
}

impl Question {
    /// Own words alone are "other".
    #[must_use]
    pub fn of(message: Text<2000>) -> Self {
        Self {
            needed: vec![Need::Other],
            message: Some(message),
        }
    }

    /// Puts the question into an entry, with the end of its time: the codes in the log, own words
    /// beside it.
    #[must_use]
    pub fn tell(&self, event: Event, until: Timestamp) -> Event {
        let codes = self.needed.iter().map(|need| Value::text(need.name()));
        let event = event
            .with("needed", Value::List(codes.collect()))
            .with("answer_until", until.to_string());
        match &self.message {
            Some(message) => event.personal("message", message.as_str()),
            None => event,
        }
    }
}
