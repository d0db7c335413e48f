//! What registers say of a case that nobody asked them for: their answers become evidence, and
//! the outcomes that rules read out of them become those of checks. It decides nothing, and is
//! nobody's work: no claim begins or renews by it, and whoever decides may decide after it.

use super::{Case, Check, Evidence, also, work};
use crate::domain::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind},
        value::Value,
    },
    refusal::Refused,
    timestamp::Timestamp,
};

/// Who records what registers answered the daemon; no person has this name.
pub const AUTOMATIC: &str = "automatic";

/// How far the registers are with a case. The names are the wire's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LookupState {
    /// The data have no number that a register of ours is asked by.
    NotAsked,
    /// A register is being asked; the case may be worked on meanwhile.
    AutoChecking,
    /// All that registers can say agrees with the data.
    AutoMatched,
    /// A person has to look at what registers said.
    NeedsReview,
    /// No register could be asked. That says nothing of the organisation.
    RegisterUnavailable,
}

impl LookupState {
    pub const ALL: [Self; 5] = [
        Self::NotAsked,
        Self::AutoChecking,
        Self::AutoMatched,
        Self::NeedsReview,
        Self::RegisterUnavailable,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::AutoChecking => "auto_checking",
            Self::AutoMatched => "auto_matched",
            Self::NeedsReview => "needs_review",
            Self::RegisterUnavailable => "register_unavailable",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether a register is still to be asked, now or once it answers again.
    #[must_use]
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::AutoChecking | Self::RegisterUnavailable)
    }
}

/// What came of asking, all of it in one unit.
#[derive(Clone, Debug)]
pub struct Answers {
    pub state: LookupState,
    /// Stored in the same unit; may be empty.
    pub evidence: Vec<Evidence>,
    /// In place of what stood there.
    pub checks: Vec<Check>,
}

impl Loaded<Case> {
    /// Records what registers answered. A proposal falls by new evidence, as by any; otherwise
    /// the case stays where it is, with whoever holds it.
    ///
    /// # Errors
    /// 409 `case-decided`, `case-closed`, or `evidence-full`.
    pub fn registers_answered(
        self,
        answers: Answers,
        now: Timestamp,
    ) -> Result<Changed<Case>, Refused> {
        self.require_open()?;
        if answers.evidence.len() > self.room() {
            return Err(Refused::state("evidence-full"));
        }
        let Answers {
            state,
            evidence,
            checks,
        } = answers;
        let reopened = self
            .reopened("evidence")
            .filter(|_| !evidence.is_empty() || !checks.is_empty());
        let results = evidence.iter().map(|piece| piece.kind.name().into());
        let asked = work::event(EventKind::CaseLookedUp, self.id)
            .with("results", Value::List(results.collect()));
        let pieces: Vec<Event> = evidence
            .iter()
            .map(|piece| work::evidence_event(self.id, piece))
            .collect();
        let outcomes: Vec<Event> = checks
            .iter()
            .map(|check| work::check_event(self.id, check))
            .collect();
        let falls = reopened.is_some();
        let changed = self.leaves(asked, |case| {
            if falls {
                case.back_to_work(now);
            }
            case.updated_at = now;
            case.lookup = state;
            for piece in &evidence {
                case.evidence.push((piece.id, piece.sha256));
            }
            for check in checks {
                case.put_check(check);
            }
        });
        let changed = pieces
            .into_iter()
            .chain(outcomes)
            .fold(changed, |all, one| {
                let told = work::tell_place(one, &all);
                all.and(told, |_| {})
            });
        Ok(also(changed, reopened))
    }
}
