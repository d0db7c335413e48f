//! Claim, release, checks, facts and questions.

use super::{CaseView, CaseWork};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        case::{Case, CaseState, CheckKind, CheckState},
        id::CaseId,
        mail::MailKind,
        notification::Topic,
        refusal::Refused,
        subject_data::{SubjectData, SubjectDataState, need::Question},
    },
    policy::{
        access::OfficerScope,
        case_rules::{check, facts},
    },
    services::request::{decide, require_version},
};

impl CaseWork {
    /// Takes a case for 60 minutes; work renews the claim. What the deny list says of it by now
    /// is recorded before.
    ///
    /// # Errors
    /// 404; 409 `case-claimed`, `case-decided`, `case-closed`; 503.
    pub async fn claim(&self, scope: &OfficerScope, id: CaseId) -> Result<CaseView, Refused> {
        self.screen(id).await?;
        decide(|| async move {
            let ground = self.ground(scope, id).await?;
            let now = ground.now;
            let changed = ground.case.clone().claim(scope.person(), now)?;
            let mut unit = ground.unit(scope, &changed);
            let mut data = SubjectData::clone(&ground.data);
            let resumes = ground.case.state == CaseState::WaitingForApplicant
                && data.state == SubjectDataState::WaitingForApplicant;
            if resumes {
                let answered = ground.data.clone().answered(now)?;
                data = SubjectData::clone(&answered);
                unit = unit.change(answered);
            }
            let view = ground.after(&changed, &data)?;
            self.commit(scope, unit).await?;
            Ok(view)
        })
        .await
    }

    /// Gives a case back.
    ///
    /// # Errors
    /// 404; 409 `case-not-claimed`, `case-decided`, `case-closed`; 503.
    pub async fn release(&self, scope: &OfficerScope, id: CaseId) -> Result<CaseView, Refused> {
        decide(|| async move {
            let ground = self.ground(scope, id).await?;
            let changed = ground.case.clone().release(scope.person(), ground.now)?;
            let view = ground.after(&changed, &ground.data)?;
            self.commit(scope, ground.unit(scope, &changed)).await?;
            Ok(view)
        })
        .await
    }

    /// Records the outcome of a check.
    ///
    /// # Errors
    /// 404; 409 when the case may not be worked on by this person; 412; 422; 503.
    pub async fn record_check(
        &self,
        scope: &OfficerScope,
        id: CaseId,
        kind: CheckKind,
        outcome: &check::Outcome,
        expected: Option<Version>,
    ) -> Result<CaseView, Refused> {
        decide(|| async move {
            let ground = self.ground(scope, id).await?;
            let now = ground.now;
            require_editable(&ground.case, scope, expected, now)?;
            check::require_telling(outcome, &ground.evidence)?;
            check::require_source(kind, outcome, ground.held())?;
            check::require_contact(kind, outcome, ground.held(), &self.0.terms, now)?;
            if kind == CheckKind::DenyList && outcome.state == CheckState::Verified {
                self.require_undenied(&ground, true).await?;
            }
            let check = check::judge(kind, outcome.clone(), &ground.case, &ground.data, now)?;
            let case = ground.case.clone();
            let changed = case.record_check(check, scope.person(), now)?;
            let view = ground.after(&changed, &ground.data)?;
            self.commit(scope, ground.unit(scope, &changed)).await?;
            Ok(view)
        })
        .await
    }

    /// Records what certificates are to say.
    ///
    /// # Errors
    /// As [`CaseWork::record_check`].
    pub async fn record_facts(
        &self,
        scope: &OfficerScope,
        id: CaseId,
        input: &facts::FactsInput,
        expected: Option<Version>,
    ) -> Result<CaseView, Refused> {
        decide(|| async move {
            let ground = self.ground(scope, id).await?;
            let now = ground.now;
            require_editable(&ground.case, scope, expected, now)?;
            let facts = facts::judge(input.clone(), &ground.data)?;
            let case = ground.case.clone();
            let changed = case.record_facts(facts, scope.person(), now)?;
            let view = ground.after(&changed, &ground.data)?;
            self.commit(scope, ground.unit(scope, &changed)).await?;
            Ok(view)
        })
        .await
    }

    /// Asks the applicant for something: case and data wait, the owner is told.
    ///
    /// # Errors
    /// 404; 409 when the case may not be worked on by this person; 503.
    pub async fn request_information(
        &self,
        scope: &OfficerScope,
        id: CaseId,
        question: &Question,
    ) -> Result<CaseView, Refused> {
        decide(|| async move {
            let ground = self.ground(scope, id).await?;
            let now = ground.now;
            let case = ground.case.clone();
            let until = self.0.terms.answer_ends(now);
            let changed = case.ask(question.clone(), until, scope.person(), now)?;
            let waiting = ground.data.clone().ask(question.clone(), until, now)?;
            let view = ground.after(&changed, &waiting)?;
            let timer = self.timer(id, until, now)?;
            let unit = ground.unit(scope, &changed).change(waiting).job(timer);
            let unit = self
                .tell(
                    unit,
                    &ground,
                    Topic::InformationNeeded,
                    MailKind::InformationNeeded,
                )
                .await?;
            self.commit(scope, unit).await?;
            Ok(view)
        })
        .await
    }
}

/// The state is named before the members: who may not write at all learns nothing of faults.
fn require_editable(
    case: &Loaded<Case>,
    scope: &OfficerScope,
    expected: Option<Version>,
    now: crate::domain::timestamp::Timestamp,
) -> Result<(), Refused> {
    case.require_work(scope.person(), now)?;
    require_version(case.version(), expected)
}
