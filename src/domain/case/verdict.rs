//! The two words: a proposal, and a decision by another person.

use super::{
    Case, CaseState, CheckState, SignedVerdict, Verdict,
    digest::{self, Step},
    work::event,
};
use crate::domain::{
    aggregate::{Changed, Loaded},
    audit::event::{Approval, Event, EventKind},
    owner::IdentityName,
    refusal::{Class, Fault, Refused},
    timestamp::Timestamp,
};

impl Case {
    /// What stands against an approval, each with the pointer of its member.
    #[must_use]
    pub fn gaps(&self) -> Vec<Fault> {
        let mut gaps = Vec::new();
        for check in &self.checks {
            let answered = check.state == CheckState::Verified;
            let open = check.state == CheckState::Required;
            let mut gap = |member: &str, code| {
                gaps.push(Fault {
                    pointer: format!("/checks/{}{member}", check.kind.name()),
                    code,
                });
            };
            if open {
                gap("/state", "outcome-missing");
            }
            if (open || answered) && check.checked_at.is_none() {
                gap("/checked_at", "date-missing");
            }
            if (open || answered) && check.evidence.is_empty() {
                gap("/evidence", "evidence-missing");
            }
        }
        if self.facts.is_none() {
            gaps.push(Fault {
                pointer: "/facts".to_owned(),
                code: "facts-missing",
            });
        }
        gaps
    }

    fn require_approvable(&self) -> Result<(), Refused> {
        let failed = |check: &&super::Check| check.state == CheckState::Failed;
        let failed: Vec<Fault> = self
            .checks
            .iter()
            .filter(failed)
            .map(|check| Fault {
                pointer: format!("/checks/{}/state", check.kind.name()),
                code: "check-failed",
            })
            .collect();
        refuse("check-failed", failed)?;
        refuse("evidence-missing", self.gaps())
    }

    /// Nobody who proposed or edited decides (contract, Identities).
    fn require_other_person(&self, by: &IdentityName) -> Result<(), Refused> {
        let proposed = self.proposal.as_ref().is_some_and(|word| &word.by == by);
        if proposed || self.editors.contains(by) {
            Err(Refused::forbidden("same-officer"))
        } else {
            Ok(())
        }
    }
}

impl Loaded<Case> {
    /// Proposes an outcome. `digest` is the case's own at this moment. The claim ends: the work
    /// is handed over.
    ///
    /// # Errors
    /// 409 `case-proposed` when there is a proposal, else as [`Case::require_work`]; 412 when
    /// something else was signed than what stands here; 409 `check-failed` or
    /// `evidence-missing` when it is to be approved without what that needs.
    pub fn propose(
        self,
        word: SignedVerdict,
        digest: [u8; 32],
        now: Timestamp,
    ) -> Result<Changed<Case>, Refused> {
        self.require_open()?;
        if self.state == CaseState::Proposed {
            return Err(Refused::state("case-proposed"));
        }
        self.require_work(&word.by, now)?;
        if word.digest != digest {
            return Err(Refused::stale());
        }
        if word.verdict == Verdict::Approve {
            self.require_approvable()?;
        }
        let event = spoken(EventKind::CaseProposed, &self, Step::Propose, &word);
        Ok(self.leaves(event, |case| {
            case.state = CaseState::Proposed;
            case.claim = None;
            case.proposal = Some(word);
            case.updated_at = now;
        }))
    }

    /// The second person's word. Agreement decides the case; disagreement drops the proposal and
    /// sends the case back to who proposed: neither outcome has two people behind it.
    ///
    /// # Errors
    /// 409 `proposal-missing` or the code of the end; 403 `same-officer`; 412 when something
    /// else was signed than what stands here.
    pub fn decide(
        self,
        word: SignedVerdict,
        digest: [u8; 32],
        now: Timestamp,
    ) -> Result<Changed<Case>, Refused> {
        self.require_open()?;
        let Some(proposal) = self.proposal.clone() else {
            return Err(Refused::state("proposal-missing"));
        };
        self.require_other_person(&word.by)?;
        if word.digest != digest || proposal.digest != digest {
            return Err(Refused::stale());
        }
        if word.verdict != proposal.verdict {
            let event = spoken(EventKind::CaseReopened, &self, Step::Decide, &word)
                .with("why", "disagreement")
                .approved_by(approval(&proposal));
            return Ok(self.leaves(event, |case| case.back_to_work(now)));
        }
        if word.verdict == Verdict::Approve {
            self.require_approvable()?;
        }
        let event = spoken(EventKind::CaseDecided, &self, Step::Decide, &word)
            .approved_by(approval(&proposal))
            .approved_by(approval(&word));
        Ok(self.leaves(event, |case| {
            case.state = CaseState::Decided;
            case.claim = None;
            case.decision = Some(word);
            case.updated_at = now;
        }))
    }
}

/// The entry holds the signature: it proves by itself who said what.
fn spoken(kind: EventKind, case: &Case, step: Step, word: &SignedVerdict) -> Event {
    let mut event = event(kind, case.id)
        .digest(word.digest)
        .with("step", step.name())
        .with("outcome", word.verdict.name())
        .with("case_digest", digest::spell(&word.digest))
        .with("signature", hex::encode(&word.signature))
        .with("by", word.by.as_str())
        .with("credential", hex::encode(word.credential))
        .with("at", word.at.to_string());
    if let Some(reason) = &word.reason {
        event = event.personal("reason", reason.as_str());
    }
    event
}

fn approval(word: &SignedVerdict) -> Approval {
    Approval {
        id: word.by.to_string(),
        credential: word.credential,
        time: word.at,
    }
}

fn refuse(code: &'static str, faults: Vec<Fault>) -> Result<(), Refused> {
    if faults.is_empty() {
        return Ok(());
    }
    Err(Refused {
        faults,
        ..Refused::new(Class::State, code)
    })
}
