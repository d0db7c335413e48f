//! A document of the applicant, or one that a person of the CA brought into a case. Its bytes lie
//! in a file of its id; the row stays when they are deleted.

use super::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind},
        value::Value,
    },
    feed::FeedKind,
    id::{CaseId, DocumentId, SubjectDataId},
    owner::{IdentityName, Owner},
    refusal::Refused,
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

/// What is known of malware in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scan {
    /// Nobody scans here.
    NotScanned,
    /// The scanner has not answered yet.
    Pending,
    Clean,
    Infected,
    /// The scanner could not look into all of it.
    Unscannable,
}

impl Scan {
    pub const ALL: [Self; 5] = [
        Self::NotScanned,
        Self::Pending,
        Self::Clean,
        Self::Infected,
        Self::Unscannable,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotScanned => "not_scanned",
            Self::Pending => "pending",
            Self::Clean => "clean",
            Self::Infected => "infected",
            Self::Unscannable => "unscannable",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scan| scan.name() == name)
    }
}

/// A person of the CA who brought a document into a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroughtBy {
    pub case: CaseId,
    pub person: IdentityName,
}

/// A document as stored. What it is never changes; what is known of it does.
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
    /// `None` for the applicant's own documents.
    pub brought_by: Option<BroughtBy>,
    pub scan: Scan,
    /// What was found, or why the document could not be scanned.
    pub finding: Option<Text<200>>,
    pub scanned_at: Option<Timestamp>,
    /// When its bytes were deleted.
    pub erased_at: Option<Timestamp>,
    pub received_at: Timestamp,
}

impl Document {
    /// A document that has come in; its file is durable.
    #[must_use]
    pub fn receive(self) -> Changed<Self> {
        let event = Event::new(EventKind::DocumentReceived, "document", self.id)
            .digest(self.sha256)
            .with("subject_data", self.subject_data.to_string())
            .with("kind", self.kind.name())
            .with("media_type", self.media_type.name())
            .with(
                "size",
                Value::integer(i64::try_from(self.size).unwrap_or(i64::MAX)),
            )
            .with("scan", self.scan.name())
            .personal("file_name", self.file_name.as_str());
        let event = match &self.brought_by {
            Some(by) => event
                .with("case", by.case.to_string())
                .with("by", by.person.as_str()),
            None => event,
        };
        let event = match &self.description {
            Some(description) => event.personal("description", description.as_str()),
            None => event,
        };
        Changed::created(self, event)
    }

    /// Whether its content may be shown, and count as evidence.
    ///
    /// # Errors
    /// 409 `document-not-scanned`, `document-infected`, `document-unscannable`,
    /// `document-erased`.
    pub fn require_shown(&self) -> Result<(), Refused> {
        if self.erased_at.is_some() {
            return Err(Refused::state("document-erased"));
        }
        match self.scan {
            Scan::NotScanned | Scan::Clean => Ok(()),
            Scan::Pending => Err(Refused::state("document-not-scanned")),
            Scan::Infected => Err(Refused::state("document-infected")),
            Scan::Unscannable => Err(Refused::state("document-unscannable")),
        }
    }
}

impl Loaded<Document> {
    /// Nobody scanned when it came in, and somebody does now. Until then it is shown to nobody.
    #[must_use]
    pub fn want_scan(self) -> Changed<Document> {
        let event = Event::new(EventKind::DocumentScanWanted, "document", self.id)
            .digest(self.sha256)
            .with("scan", Scan::Pending.name());
        self.change(event, |document| document.scan = Scan::Pending)
    }

    /// The scanner has spoken. The applicant's programs are told.
    #[must_use]
    pub fn scanned(
        self,
        scan: Scan,
        finding: Option<Text<200>>,
        now: Timestamp,
    ) -> Changed<Document> {
        let event = Event::new(EventKind::DocumentScanned, "document", self.id)
            .digest(self.sha256)
            .with("scan", scan.name());
        let event = match &finding {
            Some(finding) => event.with("finding", finding.as_str()),
            None => event,
        };
        let event = match &self.brought_by {
            None => event.told(FeedKind::DocumentScanned, &self.owner, self.id, None),
            Some(_) => event,
        };
        self.change(event, |document| {
            document.scan = scan;
            document.finding = finding;
            document.scanned_at = Some(now);
        })
    }

    /// Its retention is over; the bytes go once this is durable.
    #[must_use]
    pub fn erase(self, now: Timestamp) -> Changed<Document> {
        let event = Event::new(EventKind::DocumentErased, "document", self.id).digest(self.sha256);
        self.change(event, |document| document.erased_at = Some(now))
    }
}
