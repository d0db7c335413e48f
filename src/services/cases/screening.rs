//! The deny list at work in cases: whoever claims a case sees what the list says now, and nothing
//! is approved past it.

use super::{CaseWork, Ground};
use crate::{
    domain::{
        case::{CaseState, Check, CheckKind, CheckState, lookup::AUTOMATIC},
        id::{CaseId, EvidenceId},
        refusal::Refused,
        unit::{Aggregate, Unit},
    },
    policy::{
        access::SystemScope,
        case_rules::deny_list::{DenyList, Hit, Suspect},
    },
    ports::entropy::random,
    services::{
        request::{Stopped, decide},
        screening::{self, Said},
    },
};

impl CaseWork {
    /// Judges an open case by the current list, and records what is new.
    pub(super) async fn screen(&self, id: CaseId) -> Result<(), Refused> {
        decide(|| self.screened(id)).await
    }

    async fn screened(&self, id: CaseId) -> Result<(), Stopped> {
        let scope = SystemScope::new("deny-list");
        let ground = self.ground_in(&scope.read(), id).await?;
        let suspect = ground.suspect();
        let Some(Said { list, hits }) = self.0.screening.ask(&suspect).await? else {
            return Ok(());
        };
        // A case that is full is stopped at its approval, if it comes to that.
        let takes = ground.case.require_open().is_ok() && ground.case.room() > 0;
        if !takes || !ground.is_news(&list, &hits) {
            return Ok(());
        }
        let piece = EvidenceId::new(ground.now, random(&*self.0.entropy)?);
        let (evidence, check) = screening::record(&list, &suspect, &hits, (piece, id), ground.now)?;
        let case = ground.case.clone();
        let changed = case.screened_again(&evidence, check, ground.now)?;
        let unit = Unit::of(scope.caller(), ground.now, changed).rests_on(
            Aggregate::SubjectData,
            ground.data.id,
            ground.data.version(),
        );
        self.0.store.commit(unit.change(evidence)).await?;
        Ok(())
    }

    /// Refuses what would lead past the list as it is now: the check a person records as verified,
    /// a proposal and a decision to approve. `by_person`: a person judges it in this act.
    ///
    /// # Errors
    /// 409 `deny-list-hit`; 409 `deny-list-changed` when the list says something that is not on
    /// record in the case, so that nobody can have judged it.
    pub(super) async fn require_undenied(
        &self,
        ground: &Ground,
        by_person: bool,
    ) -> Result<(), Refused> {
        let Some(Said { hits, .. }) = self.0.screening.ask(&ground.suspect()).await? else {
            return Ok(());
        };
        let is_judged = by_person || !ground.is_cleared_by_list();
        if hits.iter().any(Hit::denies) {
            Err(Refused::state("deny-list-hit"))
        } else if hits.is_empty() || (is_judged && ground.knows(&hits)) {
            Ok(())
        } else {
            Err(Refused::state("deny-list-changed"))
        }
    }
}

impl Ground {
    fn suspect(&self) -> Suspect {
        Suspect::of(&self.data, self.case.facts.as_ref())
    }

    /// Whether the case has all of it on record.
    fn knows(&self, hits: &[Hit]) -> bool {
        let told = screening::told(&self.evidence);
        let known = |hit: &Hit| told.iter().any(|one| one.entries.contains(&hit.entry));
        hits.iter().all(known)
    }

    /// Whether the check stands as an earlier list left it, which had nothing to say.
    fn is_cleared_by_list(&self) -> bool {
        let check = self.case.check(CheckKind::DenyList);
        check.is_some_and(|check| check.state == CheckState::Verified && !is_by_person(check))
    }

    /// Whether the list says something else than what stands. What a person recorded stays,
    /// unless that person cannot have known.
    fn is_news(&self, list: &DenyList, hits: &[Hit]) -> bool {
        let Some(check) = self.case.check(CheckKind::DenyList) else {
            return false;
        };
        if is_by_person(check) {
            let denies = hits.iter().any(Hit::denies);
            return !self.knows(hits) || (denies && check.state != CheckState::Failed);
        }
        let told = screening::told(&self.evidence);
        let Some(last) = told.last() else {
            return true;
        };
        let other_list = last.list_sha256 != hex::encode(list.sha256());
        let entries = hits.iter().map(|hit| &hit.entry);
        !entries.eq(&last.entries) || (other_list && self.case.state != CaseState::Proposed)
    }
}

fn is_by_person(check: &Check) -> bool {
    let by = check.recorded_by.as_ref();
    by.is_some_and(|by| by.as_str() != AUTOMATIC)
}
