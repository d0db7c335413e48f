//! What the deny list says of a case: evidence and an outcome of the daemon's, nobody's work.

use super::{Case, Check, Evidence, also, work};
use crate::domain::{
    aggregate::{Changed, Loaded},
    refusal::Refused,
    timestamp::Timestamp,
};

impl Changed<Case> {
    /// A case that is opened with what the list says of it; the evidence is stored in the same
    /// unit.
    #[must_use]
    pub fn screened(self, evidence: &Evidence, check: Check) -> Self {
        let kept = (evidence.id, evidence.sha256);
        let piece = work::tell_place(work::evidence_event(self.id, evidence), &self);
        let outcome = work::tell_place(work::check_event(self.id, &check), &self);
        self.and(piece, |case| case.evidence.push(kept))
            .and(outcome, |case| case.put_check(check))
    }
}

impl Loaded<Case> {
    /// The list says something else than what stands here. A proposal falls by it.
    ///
    /// # Errors
    /// 409 `case-decided`, `case-closed`, or `evidence-full`.
    pub fn screened_again(
        self,
        evidence: &Evidence,
        check: Check,
        now: Timestamp,
    ) -> Result<Changed<Case>, Refused> {
        self.require_open()?;
        if self.room() == 0 {
            return Err(Refused::state("evidence-full"));
        }
        let reopened = self.reopened("evidence");
        let falls = reopened.is_some();
        let kept = (evidence.id, evidence.sha256);
        let outcome = work::check_event(self.id, &check);
        let piece = work::evidence_event(self.id, evidence);
        let changed = self.leaves(piece, |case| {
            if falls {
                case.back_to_work(now);
            }
            case.updated_at = now;
            case.evidence.push(kept);
        });
        let outcome = work::tell_place(outcome, &changed);
        let changed = changed.and(outcome, |case| case.put_check(check));
        Ok(also(changed, reopened))
    }
}
