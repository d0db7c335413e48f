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
    /// Verified data must not be relied on any more until it is looked at again.
    ///
    /// # Errors
    /// 409 `data-set-state-conflict` unless verified.
    pub fn suspend(self, found: &Finding, now: Timestamp) -> Result<Changed<SubjectData>, Refused> {
        require(&self, &[SubjectDataState::Verified])?;
        let event = found.tell(Event::new(
            EventKind::DataSuspended,
            "subject_data",
            self.id,
        ));
        let event = event.told(FeedKind::DataSuspended, &self.owner, self.id, None);
        let reason = found.reason.clone();
        Ok(self.change(event, |set| {
            set.state = SubjectDataState::Suspended;
            set.doubt = Some(reason);
            set.proposed = None;
            set.updated_at = now;
        }))
    }

    /// One of two people says what should become of the data.
    ///
    /// # Errors
    /// 409 `data-set-state-conflict` unless suspended, or to be invalidated and once verified.
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
        let (kind, fed) = match aim {
            Aim::Resume => (EventKind::DataResumed, FeedKind::DataResumed),
            Aim::Invalidate => (EventKind::DataInvalidated, FeedKind::DataInvalidated),
        };
        let event =
            Event::new(kind, "subject_data", self.id).with("proposed_by", proposed.by.as_str());
        let event = found.tell(event).told(fed, &self.owner, self.id, None);
        let reason = found.reason.clone();
        Ok(self.change(event, |set| {
            (set.state, set.doubt) = match aim {
                Aim::Resume => (SubjectDataState::Verified, None),
                Aim::Invalidate => (SubjectDataState::Rejected, Some(reason)),
            };
            set.proposed = None;
            set.updated_at = now;
        }))
    }
}

/// Data that its owner has taken back can still be ended: certificates rest on it.
fn require_open(set: &SubjectData, aim: Aim) -> Result<(), Refused> {
    use SubjectDataState as S;
    match aim {
        Aim::Invalidate if set.verified.is_some() => {
            require(set, &[S::Verified, S::Suspended, S::Withdrawn])
        }
        Aim::Invalidate => require(set, &[S::Verified, S::Suspended]),
        Aim::Resume => require(set, &[S::Suspended]),
    }
}
