//! The queue, one case, one piece of evidence.

use std::collections::HashMap;

use super::{CaseView, CaseWork};
use crate::{
    domain::{
        aggregate::Loaded,
        audit::event::{Event, EventKind},
        case::{Case, Evidence},
        document::Document,
        id::{CaseId, DocumentId, EvidenceId},
        refusal::Refused,
        subject_data::SubjectData,
        unit::Unit,
    },
    policy::access::{OfficerScope, ReadScope},
    ports::{
        document_files::{self, FilesError, StoredFile},
        store::{Page, registration::CaseFilter},
    },
    services::request::decide,
};

/// A line of the queue.
#[derive(Clone, Debug)]
pub struct QueueItem {
    pub case: Loaded<Case>,
    pub data: SubjectData,
}

impl CaseWork {
    /// A page of the queue, newest first.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn queue(
        &self,
        scope: &ReadScope,
        filter: &CaseFilter,
        page: &Page,
    ) -> Result<Vec<QueueItem>, Refused> {
        let cases = self.0.cases.cases(filter, page).await?;
        let sets: Vec<_> = cases.iter().map(|case| case.subject_data).collect();
        let sets = self.0.subject_data.subject_data_of(scope, &sets).await?;
        let sets: HashMap<_, _> = sets.iter().map(|set| (set.id, set)).collect();
        let item = |case: Loaded<Case>| {
            let data = SubjectData::clone(sets.get(&case.subject_data)?);
            Some(QueueItem { case, data })
        };
        Ok(cases.into_iter().filter_map(item).collect())
    }

    /// One case.
    ///
    /// # Errors
    /// 404, 503.
    pub async fn case(&self, scope: &ReadScope, id: CaseId) -> Result<CaseView, Refused> {
        let now = self.0.clock.now();
        let case = self.0.cases.case(id).await?;
        let case = case.ok_or_else(Refused::not_found)?;
        let sets = &self.0.subject_data;
        let data = sets.subject_data(scope, case.subject_data).await?;
        let data = data.ok_or_else(Refused::not_found)?;
        let documents = sets.documents(data.id).await?;
        Ok(CaseView {
            version: case.version(),
            evidence: self.0.cases.evidence_of(id).await?,
            mixed_labels: self.mixed_labels(data.id).await?,
            digest: case.digest(&data, &documents),
            case: Case::clone(&case),
            data: SubjectData::clone(&data),
            documents,
            now,
        })
    }

    /// One piece of evidence of a case. That an officer opened it is an entry of the log, as
    /// every read of an auditor is; without the entry nobody sees it.
    ///
    /// # Errors
    /// 404, 503.
    pub async fn evidence(
        &self,
        scope: &ReadScope,
        by: Option<&OfficerScope>,
        case: CaseId,
        id: EvidenceId,
    ) -> Result<Evidence, Refused> {
        let found = self.0.cases.case(case).await?;
        let found = found.ok_or_else(Refused::not_found)?;
        let sets = &self.0.subject_data;
        if sets
            .subject_data(scope, found.subject_data)
            .await?
            .is_none()
        {
            return Err(Refused::not_found());
        }
        let evidence = self.0.cases.evidence(case, id).await?;
        let evidence = evidence.ok_or_else(Refused::not_found)?;
        if let Some(by) = by {
            let event = Event::new(EventKind::EvidenceRead, "evidence", id)
                .digest(evidence.sha256)
                .with("case", case.to_string());
            self.opened(by, &event).await?;
        }
        Ok(evidence)
    }

    /// A document of the case's data set and its content, which is what was received: the whole
    /// file is read once before a byte is given out. That it was opened is an entry of the log;
    /// without the entry nobody sees it.
    ///
    /// # Errors
    /// 404; 409 as [`Document::require_shown`]; 503, `document-key-missing` or `document-unreadable` among them.
    pub async fn document(
        &self,
        scope: &OfficerScope,
        case: CaseId,
        id: DocumentId,
    ) -> Result<(Document, Box<dyn StoredFile>), Refused> {
        let ground = self.ground(scope, case).await?;
        let mut documents = ground.documents.into_iter();
        let document = documents
            .find(|document| document.id == id)
            .ok_or_else(Refused::not_found)?;
        document.require_shown()?;
        let files = &self.0.files;
        let sha256 = document_files::sha256(&mut *files.open(id).await?).await?;
        if sha256 != document.sha256 {
            return Err(FilesError::Damaged.into());
        }
        let content = files.open(id).await?;
        let event = Event::new(EventKind::DocumentRead, "document", id)
            .digest(sha256)
            .with("case", case.to_string())
            .with("subject_data", document.subject_data.to_string());
        self.opened(scope, &event).await?;
        Ok((document, content))
    }

    async fn opened(&self, by: &OfficerScope, event: &Event) -> Result<(), Refused> {
        decide(|| async {
            let unit = Unit::new(by.caller(), self.0.clock.now(), event.clone());
            self.commit(by, unit).await
        })
        .await
    }
}
