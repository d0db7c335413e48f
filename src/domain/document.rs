//! A document of the applicant. Its bytes lie in a file named by the row; the row outlives no
//! file.

use super::{
    audit::{
        event::{Event, EventKind},
        value::Value,
    },
    id::{DocumentId, SubjectDataId},
    owner::Owner,
    text::Text,
    timestamp::Timestamp,
};

/// What a document is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    Organization,
    Authorization,
    Applicant,
    Additional,
}

impl DocumentKind {
    pub const ALL: [Self; 4] = [
        Self::Organization,
        Self::Authorization,
        Self::Applicant,
        Self::Additional,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Authorization => "authorization",
            Self::Applicant => "applicant",
            Self::Additional => "additional",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A document as stored; immutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: DocumentId,
    pub subject_data: SubjectDataId,
    pub owner: Owner,
    pub kind: DocumentKind,
    pub description: Option<Text<1000>>,
    pub file_name: Text<255>,
    /// From the content, not from the upload's header.
    pub media_type: MediaType,
    pub size: u64,
    pub sha256: [u8; 32],
    /// Name of the file in the document directory.
    pub stored_as: String,
    pub received_at: Timestamp,
}

/// What a file may be, found in its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// Signed ones (PAdES) too.
    Pdf,
    Png,
    Jpeg,
    /// A container of one signed file (ETSI EN 319 162-1).
    AsicS,
    /// A container of signed files.
    AsicE,
    /// A CMS signature (`CAdES`), with what was signed or without (RFC 7193).
    Cms,
}

impl MediaType {
    pub const ALL: [Self; 6] = [
        Self::Pdf,
        Self::Png,
        Self::Jpeg,
        Self::AsicS,
        Self::AsicE,
        Self::Cms,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::AsicS => "application/vnd.etsi.asic-s+zip",
            Self::AsicE => "application/vnd.etsi.asic-e+zip",
            Self::Cms => "application/cms",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Document {
    /// The entry that goes with the row in its unit.
    #[must_use]
    pub fn received(&self) -> Event {
        let event = Event::new(EventKind::DocumentReceived, "document", self.id)
            .digest(self.sha256)
            .with("subject_data", self.subject_data.to_string())
            .with("kind", self.kind.name())
            .with("media_type", self.media_type.name())
            .with(
                "size",
                Value::integer(i64::try_from(self.size).unwrap_or(i64::MAX)),
            )
            .with("stored_as", self.stored_as.as_str())
            .personal("file_name", self.file_name.as_str());
        match &self.description {
            Some(description) => event.personal("description", description.as_str()),
            None => event,
        }
    }
}
