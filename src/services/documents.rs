//! Documents of the applicant: taken in before and after the data was submitted.
//!
//! The bytes are durable before the row that names them; a row never outlives its file.

use std::sync::Arc;

use self::receiving::{Received, Receiving, at};
use super::request::{Request, Stopped, decide};
use crate::{
    domain::{
        aggregate::Loaded,
        case::Case,
        document::{Document, DocumentKind},
        id::{DocumentId, SubjectDataId},
        refusal::{Class, Refused},
        subject_data::{SubjectData, SubjectDataState},
        text::Text,
        unit::{Aggregate, Unit},
    },
    policy::{
        access::{ReadScope, TenantScope},
        documents::{MAX_COUNT, file_name},
    },
    ports::{
        clock::Clock,
        document_files::{DocumentFiles, FilesError},
        entropy::{Entropy, random},
        store::{
            Store,
            registration::{Cases, SubjectDataSets},
        },
    },
};

pub mod receiving;

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub sets: Arc<dyn SubjectDataSets>,
    pub cases: Arc<dyn Cases>,
    pub files: Arc<dyn DocumentFiles>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// The service.
#[derive(Clone)]
pub struct Documents(Arc<Parts>);

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
        Self(Arc::new(parts))
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

    /// Metadata of a set's documents, oldest first.
    ///
    /// # Errors
    /// 404, or 503.
    pub async fn list(
        &self,
        scope: &ReadScope,
        set: SubjectDataId,
    ) -> Result<Vec<Document>, Refused> {
        let set = self.0.sets.subject_data(scope, set).await?;
        let set = set.ok_or_else(Refused::not_found)?;
        Ok(self.0.sets.documents(set.id).await?)
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
        request: Request<Document>,
    ) -> Result<Document, Refused> {
        let Received {
            id,
            file,
            sha256,
            size,
            media_type,
        } = received;
        file.keep().await?;
        let request = request.about(id);
        let added = decide(|| async {
            let now = self.0.clock.now();
            let set = self.open_set(&scope.read(), set).await?;
            let document = Document {
                id,
                subject_data: set.id,
                owner: set.owner.clone(),
                kind: wish.kind,
                description: wish.description.clone(),
                file_name: wish.file_name.clone(),
                media_type,
                size,
                sha256,
                stored_as: id.to_string(),
                received_at: now,
            };
            let unit = Unit::new(scope.caller(), now, document.received()).granted(scope.grant());
            let unit = self.unit(unit, set, &document).await?;
            let unit = request.complete(unit.change(document.clone()), &document);
            self.0.store.commit(unit).await?;
            Ok(document)
        })
        .await;
        if let Err(refused) = &added
            && !matches!(refused.class, Class::Unavailable { .. })
        {
            // No row names the file. After a 503 one might: then the file stays.
            self.0.files.remove(id).await?;
        }
        added
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
        if set.state == SubjectDataState::WaitingForApplicant {
            return Ok(unit.change(set.answered(now)?));
        }
        Ok(unit.rests_on(Aggregate::SubjectData, set.id, set.version()))
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
        if self.0.sets.documents(id).await?.len() >= MAX_COUNT {
            return Err(Refused::state("document-limit"));
        }
        Ok(set)
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
