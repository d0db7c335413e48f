//! Verified data that must not be relied on: a register has changed, somebody complains, evidence
//! turns out wrong. One person is enough to stop it; taking it back, and ending it for good, needs
//! two (flows 3.2). Orders and certificates are not touched here: what rests on the data is found
//! by its version.

use super::{SubjectData, SubjectDataState, transition::require};
use crate::domain::{
    aggregate::{Changed, Loaded},
    audit::event::{Event, EventKind},
    feed::FeedKind,
    owner::IdentityName,
    proposed::{Named, Proposed},
    refusal::Refused,
    text::Text,
    timestamp::Timestamp,
};

/// What two people want with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Suspended data is relied on again.
    Resume,
    /// It is never relied on again.
    Invalidate,
}

impl Named for Aim {
    const LIST: &'static [Self] = &[Self::Resume, Self::Invalidate];

    fn name(self) -> &'static str {
        match self {
            Self::Resume => "resume",
            Self::Invalidate => "invalidate",
        }
    }
}

/// What was found, by whom.
#[derive(Clone, Debug)]
pub struct Finding {
    pub by: IdentityName,
    pub reason: Text<2000>,
    /// Where it was found: a register, a complaint, a newspaper.
    pub source: Text<200>,
    /// What it says there, or where it is kept.
    pub evidence: Option<Text<2000>>,
}

impl Finding {
    fn tell(&self, event: Event) -> Event {
        let event = event
            .with("by", self.by.as_str())
            .personal("reason", self.reason.as_str())
            .personal("source", self.source.as_str());
        match &self.evidence {
            Some(evidence) => event.personal("evidence", evidence.as_str()),
            None => event,
        }
    }
}

impl Loaded<SubjectData> {
    /// Verified data must not be relied on any more until it is looked at again. What its owner
    /// has withdrawn stays withdrawn, and is of no more concern to its programs.
    ///
    /// # Errors
    /// 409 `data-set-state-conflict` unless verified, or withdrawn, once verified and not in doubt.
    pub fn suspend(self, found: &Finding, now: Timestamp) -> Result<Changed<SubjectData>, Refused> {
        let state = if self.was_taken_back() && self.doubt.is_none() {
            SubjectDataState::Withdrawn
        } else {
            require(&self, &[SubjectDataState::Verified])?;
            SubjectDataState::Suspended
        };
        let event = Event::new(EventKind::DataSuspended, "subject_data", self.id)
            .with("state", state.name())
            .with("doubted_at", now.to_string());
        let event = self.feed(found.tell(event), FeedKind::DataSuspended);
        let reason = found.reason.clone();
        Ok(self.change(event, |set| {
            set.state = state;
            set.doubt = Some(reason);
            set.doubted_at = Some(now);
            set.proposed = None;
            set.updated_at = now;
        }))
    }

    /// One of two people says what should become of the data.
    ///
    /// # Errors
    /// 409 `data-set-state-conflict` unless in doubt, or to be invalidated and once verified.
    pub fn propose(
        self,
        aim: Aim,
        found: &Finding,
        now: Timestamp,
    ) -> Result<Changed<SubjectData>, Refused> {
        require_open(&self, aim)?;
        let proposed = Proposed::new(aim, &found.by);
        let event = Event::new(EventKind::DataProposed, "subject_data", self.id)
            .with("proposed", proposed.to_string());
        let event = found.tell(event);
        Ok(self.change(event, |set| {
            set.proposed = Some(proposed);
            set.updated_at = now;
        }))
    }

    /// Another person does it.
    ///
    /// # Errors
    /// 403 `same-officer` for who proposed it, 409 `proposal-missing`, and 409
    /// `data-set-state-conflict` as for the proposal.
    pub fn settle(
        self,
        aim: Aim,
        found: &Finding,
        now: Timestamp,
    ) -> Result<Changed<SubjectData>, Refused> {
        require_open(&self, aim)?;
        let proposed = Proposed::confirmed(self.proposed.as_ref(), aim, &found.by)?;
        let kind = match aim {
            Aim::Resume => EventKind::DataResumed,
            Aim::Invalidate => EventKind::DataInvalidated,
        };
        let event =
            Event::new(kind, "subject_data", self.id).with("proposed_by", proposed.by.as_str());
        let event = found.tell(event);
        if aim == Aim::Resume {
            return Ok(self.resumed(event, now));
        }
        let event = event.told(FeedKind::DataInvalidated, &self.owner, self.id, None);
        // The time to revoke does not begin anew with the decision.
        let since = self.doubted_at.unwrap_or(now);
        let event = event.with("doubted_at", since.to_string());
        let reason = found.reason.clone();
        Ok(self.change(event, |set| {
            set.state = SubjectDataState::Rejected;
            set.doubt = Some(reason);
            set.doubted_at = Some(since);
            set.proposed = None;
            set.updated_at = now;
        }))
    }

    fn resumed(self, event: Event, now: Timestamp) -> Changed<SubjectData> {
        let state = if self.was_taken_back() {
            SubjectDataState::Withdrawn
        } else {
            SubjectDataState::Verified
        };
        let event = event.with("state", state.name());
        let event = self.feed(event, FeedKind::DataResumed);
        self.change(event, |set| {
            set.state = state;
            set.doubt = None;
            set.doubted_at = None;
            set.proposed = None;
            set.updated_at = now;
        })
    }
}

impl SubjectData {
    /// Its owner has taken it back after it was verified: certificates may rest on it all the same.
    fn was_taken_back(&self) -> bool {
        self.state == SubjectDataState::Withdrawn && self.verified.is_some()
    }

    /// Tells the owner's programs, of what they still have use for.
    fn feed(&self, event: Event, kind: FeedKind) -> Event {
        if self.state == SubjectDataState::Withdrawn {
            return event;
        }
        event.told(kind, &self.owner, self.id, None)
    }
}

/// Data that its owner has taken back can still be ended, or cleared: certificates rest on it.
fn require_open(set: &SubjectData, aim: Aim) -> Result<(), Refused> {
    use SubjectDataState as S;
    match aim {
        Aim::Invalidate if set.verified.is_some() => {
            require(set, &[S::Verified, S::Suspended, S::Withdrawn])
        }
        Aim::Invalidate => require(set, &[S::Verified, S::Suspended]),
        Aim::Resume if set.doubt.is_some() => require(set, &[S::Suspended, S::Withdrawn]),
        Aim::Resume => require(set, &[S::Suspended]),
    }
}
