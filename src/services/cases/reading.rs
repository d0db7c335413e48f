//! The queue, one case, one piece of evidence.

use std::collections::HashMap;

use super::{CaseView, CaseWork};
use crate::{
    domain::{
        aggregate::Loaded,
        audit::event::{Event, EventKind},
        case::{Case, CaseState, Evidence},
        document::Document,
        id::{CaseId, DocumentId, EvidenceId},
        owner::IdentityName,
        refusal::Refused,
        subject_data::SubjectData,
        timestamp::{Timestamp, days},
        unit::Unit,
    },
    policy::access::{OfficerScope, ReadScope},
    ports::{
        document_files::{self, FilesError, StoredFile},
        store::{Page, registration::CaseFilter},
    },
    services::request::decide,
};

/// How long a case may be open before it is overdue, in days.
const OVERDUE: u32 = 5;

/// A name for a part of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// Nobody has it, or nobody any more: the claim ended without an outcome.
    New,
    /// Open, and held by whoever asks.
    Mine,
    /// For the applicant.
    Waiting,
    /// An outcome is proposed.
    SecondDecision,
    /// Open for more than five days, and not for the applicant to answer.
    Overdue,
}

impl Queue {
    const ALL: [(Self, &'static str); 5] = [
        (Self::New, "new"),
        (Self::Mine, "mine"),
        (Self::Waiting, "waiting"),
        (Self::SecondDecision, "second_decision"),
        (Self::Overdue, "overdue"),
    ];

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|(_, known)| *known == name);
        found.map(|(queue, _)| queue)
    }

    /// A claim that ended is nobody's.
    fn narrow(self, filter: CaseFilter, by: &IdentityName, now: Timestamp) -> CaseFilter {
        let of = |states| CaseFilter {
            states,
            ..filter.clone()
        };
        match self {
            Self::New => CaseFilter {
                states: vec![CaseState::Queued, CaseState::InReview],
                free_at: Some(now),
                ..filter
            },
            Self::Mine => CaseFilter {
                claimed_by: Some(by.clone()),
                held_at: Some(now),
                is_open: true,
                ..filter
            },
            Self::Waiting => of(vec![CaseState::WaitingForApplicant]),
            Self::SecondDecision => of(vec![CaseState::Proposed]),
            Self::Overdue => CaseFilter {
                states: vec![CaseState::Queued, CaseState::InReview, CaseState::Proposed],
                is_open: true,
                opened_before: Some(now.minus(days(OVERDUE))),
                ..filter
            },
        }
    }
}

/// A line of the queue.
#[derive(Clone, Debug)]
pub struct QueueItem {
    pub case: Loaded<Case>,
    pub data: SubjectData,
}

impl CaseWork {
    /// A page of the queue, or of the part of it that `by` names, newest first.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn queue(
        &self,
        scope: &ReadScope,
        (part, by): (Option<Queue>, &IdentityName),
        filter: CaseFilter,
        page: &Page,
    ) -> Result<Vec<QueueItem>, Refused> {
        let now = self.0.clock.now();
        let filter = match part {
            Some(part) => part.narrow(filter, by, now),
            None => filter,
        };
        let cases = self.0.cases.cases(&filter, page).await?;
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
        let evidence = self.0.cases.evidence_of(id).await?;
        Ok(CaseView {
            version: case.version(),
            flags: self.flags(data.id).await?,
            digest: case.digest(&data, &documents, &evidence)?,
            evidence,
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
