//! A job as people see it: whether it waits, runs or fails, and what its last try met.
//!
//! Knows nothing of what the job does. No kind gives up here: a handler that does ends its job and
//! says so at the object (a mail is `failed`, an endpoint `disabled`, a document `unscannable`, a
//! case left to people), where it is taken up again.

use std::num::NonZeroU32;

use super::JobKind;
use crate::domain::{
    audit::event::{Event, EventKind},
    id::JobId,
    owner::Caller,
    refusal::Refused,
    timestamp::Timestamp,
    unit::Unit,
};

/// Characters kept of what a try met.
const TEXT_CAP: usize = 300;

/// Why a try failed: the code of the refusal, and what lay behind it, as the log has it. Causes hold
/// no secrets, for they are logged; control characters are left out and the end is cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: String,
    /// At most 300 characters; empty when nothing more is known.
    pub text: String,
}

impl Fault {
    #[must_use]
    pub fn of(refused: &Refused) -> Self {
        let cause = refused.cause.as_deref().unwrap_or_default().chars();
        let printed = cause.map(|c| if c.is_control() { ' ' } else { c });
        Self {
            code: refused.code.to_owned(),
            text: printed.take(TEXT_CAP).collect(),
        }
    }
}

/// Tries that failed in a row, up to now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// What the last one met.
    pub fault: Fault,
    /// How many they are.
    pub tries: NonZeroU32,
    pub since: Timestamp,
    pub last_at: Timestamp,
}

/// What a job is at; the first that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// It has ended, or has nothing to do any more; forgotten after a while.
    Done,
    /// Its last try failed; it is tried again, and may be running just now.
    Failing,
    /// Somebody holds it.
    Running,
    /// It may be taken up.
    Due,
    /// Its time has not come.
    Waiting,
}

impl JobState {
    pub const ALL: [Self; 5] = [
        Self::Done,
        Self::Failing,
        Self::Running,
        Self::Due,
        Self::Waiting,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failing => "failing",
            Self::Running => "running",
            Self::Due => "due",
            Self::Waiting => "waiting",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// How a job stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub id: JobId,
    pub kind: JobKind,
    pub object: String,
    pub slot: String,
    /// Tries begun.
    pub attempts: u32,
    pub queued_at: Timestamp,
    /// When it may be taken up; while it is held, when the holder's lease ends.
    pub due: Timestamp,
    pub is_held: bool,
    pub ended_at: Option<Timestamp>,
    pub failing: Option<Failing>,
}

impl Standing {
    #[must_use]
    pub fn state(&self, now: Timestamp) -> JobState {
        match (self.ended_at, &self.failing) {
            (Some(_), _) => JobState::Done,
            (None, Some(_)) => JobState::Failing,
            (None, None) if self.due <= now => JobState::Due,
            (None, None) if self.is_held => JobState::Running,
            (None, None) => JobState::Waiting,
        }
    }

    /// Makes a job due whose last try failed and that rests. `None` when there is nothing to hurry:
    /// a timer keeps its time, and what is due or held is tried anyway.
    #[must_use]
    pub fn retry(&self, caller: Caller, now: Timestamp) -> Option<Unit> {
        let failing = self.failing.as_ref()?;
        if self.ended_at.is_some() || self.is_held || self.due <= now {
            return None;
        }
        let event = Event::new(EventKind::JobRetried, "job", self.id)
            .with("kind", self.kind.name())
            .with("object", self.object.as_str())
            .with("fault", failing.fault.code.as_str())
            .with("failures", i64::from(failing.tries.get()));
        Some(Unit::new(caller, now, event).hurries(self.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(due: i64) -> Standing {
        Standing {
            id: JobId::new(Timestamp::EPOCH, [0; 10]),
            kind: JobKind::RenewCrl,
            object: "demo/0".to_owned(),
            slot: String::new(),
            attempts: 3,
            queued_at: Timestamp::EPOCH,
            due: Timestamp::from_millis(due),
            is_held: false,
            ended_at: None,
            failing: None,
        }
    }

    fn failing(due: i64) -> Standing {
        let fault = Fault::of(&Refused::unavailable("hsm-unavailable", "away"));
        Standing {
            failing: Some(Failing {
                fault,
                tries: NonZeroU32::MIN,
                since: Timestamp::EPOCH,
                last_at: Timestamp::EPOCH,
            }),
            ..standing(due)
        }
    }

    #[test]
    fn the_first_state_that_fits_is_told() {
        let now = Timestamp::from_millis(5);
        let held = |job: Standing| Standing {
            is_held: true,
            ..job
        };
        let ended = |job: Standing| Standing {
            ended_at: Some(now),
            ..job
        };
        for (job, state) in [
            (standing(5), JobState::Due),
            (standing(6), JobState::Waiting),
            (held(standing(6)), JobState::Running),
            // The lease is over: anyone may take it.
            (held(standing(5)), JobState::Due),
            (failing(5), JobState::Failing),
            (held(failing(6)), JobState::Failing),
            (ended(standing(6)), JobState::Done),
            (ended(failing(6)), JobState::Done),
        ] {
            assert_eq!(job.state(now), state, "{job:?}");
        }
    }

    #[test]
    fn only_what_failed_and_rests_is_hurried() {
        let now = Timestamp::from_millis(5);
        let retry = |job: &Standing| job.retry(Caller::system("test"), now).is_some();
        assert!(retry(&failing(6)));
        for job in [
            standing(6),
            failing(5),
            Standing {
                is_held: true,
                ..failing(6)
            },
            Standing {
                ended_at: Some(now),
                ..failing(6)
            },
        ] {
            assert!(!retry(&job), "{job:?}");
        }
    }

    #[test]
    fn what_a_try_met_is_bounded_and_one_line() {
        let cause = format!("one\ntwo\u{1b}{}", "ż".repeat(400));
        let fault = Fault::of(&Refused::unavailable("hsm-unavailable", cause));
        assert_eq!(fault.code, "hsm-unavailable");
        assert!(fault.text.starts_with("one two ż"), "{}", fault.text);
        assert_eq!(fault.text.chars().count(), TEXT_CAP);
    }
}
