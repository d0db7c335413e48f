//! Documents: taken in from the applicant before and after the data was submitted, and from those
//! who work on the case; scanned; deleted when their retention is over.
//!
//! The bytes are durable before the row that names them. The row stays when they are erased.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use self::{
    keeping::Upload,
    receiving::{Facts, Received, Receiving, at},
};
use super::{
    jobs::JobHandler,
    request::{Request, Stopped},
};
use crate::{
    domain::{
        aggregate::Loaded,
        case::Case,
        document::{BroughtBy, Document, DocumentKind, Scan},
        id::{DocumentId, JobId, SubjectDataId},
        job::{Job, JobKind, NewJob, backoff},
        refusal::Refused,
        subject_data::{SubjectData, SubjectDataState},
        text::Text,
        timestamp::Timestamp,
        unit::{Aggregate, Unit},
    },
    policy::{
        access::{ReadScope, TenantScope},
        document_retention::{is_in_use, kept, retain_until},
        documents::{MAX_COUNT, file_name},
    },
    ports::{
        clock::Clock,
        document_files::{DocumentFiles, FilesError},
        entropy::{Entropy, random},
        scanner::Scanner,
        store::{
            Store,
            registration::{Cases, SubjectDataSets},
        },
    },
};

mod bringing;
mod erasing;
mod keeping;
pub mod receiving;
mod scanning;
mod sweeping;

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub sets: Arc<dyn SubjectDataSets>,
    pub cases: Arc<dyn Cases>,
    pub files: Arc<dyn DocumentFiles>,
    /// Without one, documents that come in are shown unscanned; what is pending stays so.
    pub scanner: Option<Arc<dyn Scanner>>,
    /// How long a document is kept after its last use.
    pub kept_days: u64,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// The service.
#[derive(Clone)]
pub struct Documents(Arc<Parts>, Arc<Here>);

/// What this process alone knows.
#[derive(Default)]
struct Here {
    faults: scanning::Faults,
    sweep: sweeping::LeftOff,
}

/// A document as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub document: Document,
    /// When its bytes may go at the earliest, as things stand; `None` while they are in use, and
    /// once they are gone.
    pub retain_until: Option<Timestamp>,
}

/// What is said about an upload.
#[derive(Clone, Debug)]
pub struct UploadWish {
    pub kind: DocumentKind,
    pub description: Option<Text<1000>>,
    pub file_name: Text<255>,
}

/// The name of an uploaded file, judged.
///
/// # Errors
/// 422 `file-name-invalid`.
pub fn name_of_file(name: &str) -> Result<Text<255>, Refused> {
    file_name(name).ok_or_else(|| at("/file", "file-name-invalid"))
}

impl Documents {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts), Arc::default())
    }

    /// Begins an upload for a data set of one's own. Whether the set takes it is judged by
    /// [`Self::add`]: the same request again has its answer whatever happened since.
    ///
    /// # Errors
    /// 404, or 503.
    pub async fn begin(
        &self,
        scope: &TenantScope,
        set: SubjectDataId,
    ) -> Result<Receiving, Refused> {
        let known = self.0.sets.subject_data(&scope.read(), set).await?;
        known.ok_or_else(Refused::not_found)?;
        self.receive().await
    }

    async fn receive(&self) -> Result<Receiving, Refused> {
        let id = DocumentId::new(self.0.clock.now(), random(self.0.entropy.as_ref())?);
        Ok(Receiving::begin(id, self.0.files.begin(id).await?))
    }

    /// A set's own documents, oldest first; what the CA's people brought in is not shown.
    ///
    /// # Errors
    /// 404, or 503.
    pub async fn list(
        &self,
        scope: &ReadScope,
        set: SubjectDataId,
    ) -> Result<Vec<Listed>, Refused> {
        let set = self.0.sets.subject_data(scope, set).await?;
        let set = set.ok_or_else(Refused::not_found)?;
        let documents = self.0.sets.documents(set.id).await?;
        let relied_until = self.relied_until(&set).await?;
        let listed = |document: Document| Listed {
            retain_until: self.retention(&document, &set, relied_until),
            document,
        };
        let own = |document: &Document| document.brought_by.is_none();
        Ok(documents.into_iter().filter(own).map(listed).collect())
    }

    /// Not asked for a set whose documents are kept whatever it says.
    async fn relied_until(&self, set: &SubjectData) -> Result<Option<Timestamp>, Refused> {
        if is_in_use(set) {
            return Ok(None);
        }
        Ok(self.0.sets.relied_until(set.id).await?)
    }

    fn retention(
        &self,
        document: &Document,
        set: &SubjectData,
        relied_until: Option<Timestamp>,
    ) -> Option<Timestamp> {
        let until = retain_until(document, set, relied_until, self.0.kept_days);
        until.filter(|_| document.erased_at.is_none())
    }

    /// Keeps an upload. Whoever works on the case sees it; a proposal falls by it, and an
    /// applicant who was asked has answered.
    ///
    /// # Errors
    /// 404; 409 `data-set-state-conflict`, `document-limit`; 503.
    pub async fn add(
        &self,
        scope: &TenantScope,
        set: SubjectDataId,
        wish: UploadWish,
        received: Received,
        request: Request<Listed>,
    ) -> Result<Listed, Refused> {
        let wish = &wish;
        let attempt = |upload: Arc<Upload>| async move {
            let now = self.0.clock.now();
            let set = self.open_set(&scope.read(), set).await?;
            let document = self.document(&upload.facts, &set, wish, None, now);
            let relied_until = self.relied_until(&set).await?;
            let listed = Listed {
                retain_until: self.retention(&document, &set, relied_until),
                document,
            };
            let unit = Unit::of(scope.caller(), now, listed.document.clone().receive());
            let unit = unit.granted(scope.grant());
            let unit = self.unit(unit, set, &listed.document).await?;
            self.write(unit, listed, &upload.request).await
        };
        self.keep(received, request, attempt).await
    }

    fn document(
        &self,
        received: &Facts,
        set: &SubjectData,
        wish: &UploadWish,
        brought_by: Option<BroughtBy>,
        now: Timestamp,
    ) -> Document {
        Document {
            id: received.id,
            subject_data: set.id,
            owner: set.owner.clone(),
            kind: wish.kind,
            description: wish.description.clone(),
            file_name: wish.file_name.clone(),
            media_type: received.media_type,
            size: received.size,
            sha256: received.sha256,
            brought_by,
            scan: match self.0.scanner {
                Some(_) => Scan::Pending,
                None => Scan::NotScanned,
            },
            finding: None,
            scanned_at: None,
            erased_at: None,
            received_at: now,
        }
    }

    /// The jobs of a new document.
    fn timers(&self, unit: Unit, document: &Document) -> Result<Unit, Refused> {
        let (now, id) = (document.received_at, document.id.to_string());
        let over = now.plus(kept(self.0.kept_days));
        let unit = unit.job(self.job(JobKind::EraseDocument, &id, "retention", over)?);
        let unit = unit.job(self.sweeping(now)?);
        if document.scan == Scan::Pending {
            return Ok(unit.job(self.job(JobKind::ScanDocument, &id, "scan", now)?));
        }
        Ok(unit)
    }

    fn job(
        &self,
        kind: JobKind,
        object: &str,
        slot: &str,
        due: Timestamp,
    ) -> Result<NewJob, Refused> {
        Ok(NewJob {
            id: JobId::new(self.0.clock.now(), random(self.0.entropy.as_ref())?),
            kind,
            object: object.to_owned(),
            slot: slot.to_owned(),
            due,
        })
    }

    /// What a new document does to its set and case.
    async fn unit(
        &self,
        unit: Unit,
        set: Loaded<SubjectData>,
        document: &Document,
    ) -> Result<Unit, Stopped> {
        let now = document.received_at;
        let mut unit = unit;
        if let Some(case) = self.case(&set).await? {
            unit = unit.change(case.document_added(document, now)?);
        }
        Ok(match set.state {
            SubjectDataState::WaitingForApplicant => unit.change(set.answered(now)?),
            // Later its case moves with each document.
            SubjectDataState::Draft => unit.change(set.takes_document()),
            _ => unit.rests_on(Aggregate::SubjectData, set.id, set.version()),
        })
    }

    async fn case(&self, set: &SubjectData) -> Result<Option<Loaded<Case>>, Refused> {
        match set.case {
            Some(id) => Ok(self.0.cases.case(id).await?),
            None => Ok(None),
        }
    }

    async fn open_set(
        &self,
        scope: &ReadScope,
        id: SubjectDataId,
    ) -> Result<Loaded<SubjectData>, Refused> {
        use SubjectDataState as S;
        let set = self.0.sets.subject_data(scope, id).await?;
        let set = set.ok_or_else(Refused::not_found)?;
        if !matches!(
            set.state,
            S::Draft | S::UnderVerification | S::WaitingForApplicant
        ) {
            return Err(Refused::state("data-set-state-conflict"));
        }
        self.require_room(id, |document| document.brought_by.is_none())
            .await?;
        Ok(set)
    }

    /// Applicant and CA each have their own room.
    async fn require_room(
        &self,
        set: SubjectDataId,
        counts: impl Fn(&Document) -> bool + Send,
    ) -> Result<(), Refused> {
        let documents = self.0.sets.documents(set).await?;
        let count = documents.iter().filter(|one| counts(one)).count();
        if count >= MAX_COUNT {
            return Err(Refused::state("document-limit"));
        }
        Ok(())
    }
}

#[async_trait]
impl JobHandler for Documents {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        if job.kind == JobKind::SweepDocuments {
            return self.sweep(job).await;
        }
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        match job.kind {
            JobKind::ScanDocument => self.scan(id, job).await,
            _ => self.erase_when_over(id, job).await,
        }
    }

    fn rest(&self, job: &Job) -> Duration {
        match job.kind {
            JobKind::ScanDocument => scanning::rest(job),
            _ => backoff(job.attempts),
        }
    }
}

impl From<FilesError> for Refused {
    fn from(error: FilesError) -> Self {
        let code = match error {
            FilesError::Unavailable(_) => "store-unavailable",
            FilesError::KeyGone(_) => "document-key-missing",
            FilesError::Missing | FilesError::NotSealed | FilesError::Damaged => {
                "document-unreadable"
            }
        };
        Self::unavailable(code, error)
    }
}
