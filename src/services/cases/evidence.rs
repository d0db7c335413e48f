//! New evidence.

use sha2::{Digest, Sha256};

use super::{CaseView, CaseWork, Ground};
use crate::{
    domain::{
        case::{Evidence, EvidenceKind},
        document::Document,
        id::{CaseId, DocumentId, EvidenceId},
        refusal::Refused,
        register::RegisterId,
        text::Text,
        timestamp::Timestamp,
    },
    policy::{
        access::OfficerScope,
        case_rules::evidence::{self, Found, Reached},
    },
    ports::entropy::random,
    services::request::decide,
};

/// What a person found.
#[derive(Clone, Debug)]
pub struct NewEvidence {
    pub kind: EvidenceKind,
    pub source: Text<500>,
    pub description: Option<Text<1000>>,
    /// What was seen, as text.
    pub content: Option<String>,
    /// A document of the data set that holds it.
    pub document: Option<DocumentId>,
    /// The register that a person asked.
    pub register: Option<RegisterId>,
    /// Whom a contact reached.
    pub reached: Reached,
    /// The day of a document that ages.
    pub issued_on: Option<Timestamp>,
    pub obtained_at: Timestamp,
}

impl CaseWork {
    /// Adds evidence to a case; a proposal falls by it.
    ///
    /// # Errors
    /// 404; 409 when the case may not be worked on by this person, or the document cannot be
    /// shown; 422; 503.
    pub async fn add_evidence(
        &self,
        scope: &OfficerScope,
        id: CaseId,
        new: &NewEvidence,
    ) -> Result<(Evidence, CaseView), Refused> {
        decide(|| async move {
            let ground = self.ground(scope, id).await?;
            let now = ground.now;
            ground.case.require_work(scope.person(), now)?;
            let document = document(new, &ground);
            document.map_or(Ok(()), Document::require_shown)?;
            let found = self.found(new, &ground);
            let contact = evidence::judge(&found, ground.held(), &self.0.terms, now)?;
            let evidence = Evidence {
                id: EvidenceId::new(now, random(&*self.0.entropy)?),
                case: id,
                kind: new.kind,
                source: new.source.clone(),
                description: new.description.clone(),
                document: document.map(|document| document.id),
                register: new.register,
                contact,
                issued_on: new.issued_on,
                content: new.content.clone().unwrap_or_default(),
                sha256: sha256(new, document),
                obtained_at: new.obtained_at,
                recorded_by: scope.person().clone(),
                recorded_at: now,
            };
            let changed = ground.case.clone().add_evidence(&evidence, now)?;
            let unit = ground.unit(scope, &changed).change(evidence.clone());
            let ground = ground.with(&evidence);
            let view = ground.after(&changed, &ground.data)?;
            self.commit(scope, unit).await?;
            Ok((evidence, view))
        })
        .await
    }

    fn found<'a>(&self, new: &'a NewEvidence, ground: &'a Ground) -> Found<'a> {
        let country = ground.data.country;
        let published = |register| self.0.registers.publishes(register, country);
        Found {
            kind: new.kind,
            content: new.content.as_deref(),
            names_document: new.document.is_some(),
            document: document(new, ground),
            register: new.register,
            is_published: new.register.is_some_and(published),
            reached: &new.reached,
            issued_on: new.issued_on,
            obtained_at: new.obtained_at,
        }
    }
}

fn document<'a>(new: &NewEvidence, ground: &'a Ground) -> Option<&'a Document> {
    let id = new.document?;
    ground.documents.iter().find(|document| document.id == id)
}

fn sha256(new: &NewEvidence, document: Option<&Document>) -> [u8; 32] {
    match document {
        Some(document) => document.sha256,
        None => Sha256::digest(new.content.as_deref().unwrap_or_default()).into(),
    }
}
