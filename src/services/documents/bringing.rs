//! Documents that people of the CA bring into a case: a print-out of a register without an API, a
//! letter. They take the same way as the applicant's, and become evidence when somebody records
//! them as such.

use std::sync::Arc;

use super::{
    Documents, Listed, UploadWish,
    keeping::Upload,
    receiving::{Received, Receiving},
};
use crate::{
    domain::{
        document::BroughtBy,
        id::CaseId,
        refusal::Refused,
        unit::{Aggregate, Unit},
    },
    policy::access::OfficerScope,
    services::request::Request,
};

impl Documents {
    /// Begins an upload into a case.
    ///
    /// # Errors
    /// 404, or 503.
    pub async fn begin_for_case(&self, case: CaseId) -> Result<Receiving, Refused> {
        let known = self.0.cases.case(case).await?;
        known.ok_or_else(Refused::not_found)?;
        self.receive().await
    }

    /// Keeps an upload of somebody who works on the case: who brings evidence does not decide.
    ///
    /// # Errors
    /// 404; 409 when the case may not be worked on by this person, `document-limit`; 503.
    pub async fn bring(
        &self,
        scope: &OfficerScope,
        case: CaseId,
        wish: UploadWish,
        received: Received,
        request: Request<Listed>,
    ) -> Result<Listed, Refused> {
        let wish = &wish;
        let attempt = |upload: Arc<Upload>| async move {
            let now = self.0.clock.now();
            let found = self.0.cases.case(case).await?;
            let found = found.ok_or_else(Refused::not_found)?;
            found.require_work(scope.person(), now)?;
            let sets = &self.0.sets;
            let set = sets.subject_data(&scope.read(), found.subject_data).await?;
            let set = set.ok_or_else(Refused::not_found)?;
            self.require_room(set.id, |document| document.brought_by.is_some())
                .await?;
            let by = BroughtBy {
                case,
                person: scope.person().clone(),
            };
            let document = self.document(&upload.facts, &set, wish, Some(by), now);
            let changed = found.document_brought(&document, scope.person(), now)?;
            let unit = Unit::of(scope.caller(), now, document.clone().receive())
                .change(changed)
                .rests_on(Aggregate::SubjectData, set.id, set.version())
                .granted(scope.grant());
            let listed = Listed {
                document,
                retain_until: None,
            };
            self.write(unit, listed, &upload.request).await
        };
        self.keep(received, request, attempt).await
    }
}
