//! Documents of the applicant: taken in before and after the data was submitted.
//!
//! The bytes are durable before the row that names them; a row never outlives its file.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::request::{Request, Stopped, decide};
use crate::{
    domain::{
        aggregate::Loaded,
        case::Case,
        document::{Document, DocumentKind},
        id::{DocumentId, SubjectDataId},
        refusal::{Class, Fault, Refused},
        subject_data::{SubjectData, SubjectDataState},
        text::Text,
        unit::{Aggregate, Unit},
    },
    policy::{
        access::{ReadScope, TenantScope},
        documents::{HEAD, MAX_COUNT, MAX_SIZE, file_name, media_type},
    },
    ports::{
        clock::Clock,
        document_files::{DocumentFiles, FilesError, IncomingFile},
        entropy::{Entropy, random},
        store::{
            Store,
            registration::{Cases, SubjectDataSets},
        },
    },
};

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

/// An upload of which bytes arrive.
pub struct Receiving {
    file: Box<dyn IncomingFile>,
    hash: Sha256,
    size: u64,
    head: Vec<u8>,
}

/// An upload that has arrived whole and is of an accepted kind.
pub struct Received {
    file: Box<dyn IncomingFile>,
    pub sha256: [u8; 32],
    size: u64,
    media_type: &'static str,
}

impl Receiving {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// 422 `payload-too-large`, or 503.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), Refused> {
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        self.size = self.size.saturating_add(length);
        if self.size > MAX_SIZE {
            return Err(Refused::unacceptable("payload-too-large"));
        }
        let missing = HEAD.saturating_sub(self.head.len());
        self.head.extend(chunk.iter().take(missing));
        self.hash.update(chunk);
        Ok(self.file.write(chunk).await?)
    }

    /// Ends the upload and judges its content.
    ///
    /// # Errors
    /// 422 `document-type-rejected`.
    pub fn end(self) -> Result<Received, Refused> {
        let Some(media_type) = media_type(&self.head) else {
            return Err(at("/file", "document-type-rejected"));
        };
        Ok(Received {
            file: self.file,
            sha256: self.hash.finalize().into(),
            size: self.size,
            media_type,
        })
    }
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
        Ok(Receiving {
            file: self.0.files.begin().await?,
            hash: Sha256::new(),
            size: 0,
            head: Vec::new(),
        })
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
        let now = self.0.clock.now();
        let id = DocumentId::new(now, random(self.0.entropy.as_ref())?);
        let name = id.to_string();
        let Received {
            file,
            sha256,
            size,
            media_type,
        } = received;
        file.keep(&name).await?;
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
                stored_as: name.clone(),
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
            self.0.files.remove(&name).await?;
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
        Self::unavailable("store-unavailable", error)
    }
}

fn at(pointer: &str, code: &'static str) -> Refused {
    Refused {
        faults: vec![Fault {
            pointer: pointer.to_owned(),
            code,
        }],
        ..Refused::unacceptable(code)
    }
}
