//! The CA refuses an order (flows 3.1): one of its people proposes it, another one, an officer,
//! does it. Only an open order is refused: what is being signed or was issued is revoked instead.
//!
//! Data and mailbox are judged elsewhere, and other orders that use them go on.

use super::{Order, OrderState, transition::require};
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

/// Why. The words in each language are `policy::rejections`'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RejectionReason {
    DataNotVerifiable,
    AuthorityNotShown,
    MailboxNotControlled,
    HighRisk,
    MisuseSuspected,
    TermsNotMet,
    NotOffered,
}

impl RejectionReason {
    pub const ALL: [Self; 7] = [
        Self::DataNotVerifiable,
        Self::AuthorityNotShown,
        Self::MailboxNotControlled,
        Self::HighRisk,
        Self::MisuseSuspected,
        Self::TermsNotMet,
        Self::NotOffered,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DataNotVerifiable => "data-not-verifiable",
            Self::AuthorityNotShown => "authority-not-shown",
            Self::MailboxNotControlled => "mailbox-not-controlled",
            Self::HighRisk => "high-risk",
            Self::MisuseSuspected => "misuse-suspected",
            Self::TermsNotMet => "terms-not-met",
            Self::NotOffered => "not-offered",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

impl Named for RejectionReason {
    const LIST: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        Self::name(self)
    }
}

/// A reason, and who gave it first. Of an open order it is a proposal.
pub type Rejection = Proposed<RejectionReason>;

/// What one of the CA's people says of an order.
#[derive(Clone, Debug)]
pub struct Objection {
    pub by: IdentityName,
    pub reason: RejectionReason,
    /// For the log alone: what it rests on.
    pub note: Option<Text<500>>,
}

impl Objection {
    fn tell(&self, event: Event) -> Event {
        let event = event
            .with("by", self.by.as_str())
            .with("reason", self.reason.name());
        match &self.note {
            Some(note) => event.personal("note", note.as_str()),
            None => event,
        }
    }
}

impl Order {
    /// Why the order should be refused, once one of two people has said so; never once it has
    /// ended another way.
    #[must_use]
    pub fn proposed_rejection(&self) -> Option<&Rejection> {
        let is_open = self.state == OrderState::Open;
        self.rejection.as_ref().filter(|_| is_open)
    }

    /// Why it was refused.
    #[must_use]
    pub fn rejected_for(&self) -> Option<RejectionReason> {
        let is_rejected = self.state == OrderState::Rejected;
        let rejection = self.rejection.as_ref().filter(|_| is_rejected);
        rejection.map(|rejection| rejection.what)
    }
}

impl Loaded<Order> {
    /// One of two people says why the order should be refused; an earlier word is replaced.
    ///
    /// # Errors
    /// 409 `order-state-conflict` unless open.
    pub fn propose_rejection(
        self,
        said: &Objection,
        now: Timestamp,
    ) -> Result<Changed<Order>, Refused> {
        require(&self, OrderState::Open)?;
        let rejection = Rejection::new(said.reason, &said.by);
        let event = Event::new(EventKind::OrderRejectionProposed, "order", self.id)
            .with("rejection", rejection.to_string());
        Ok(self.change(said.tell(event), |order| {
            order.rejection = Some(rejection);
            order.updated_at = now;
        }))
    }

    /// Another person refuses it for the same reason.
    ///
    /// # Errors
    /// 409 `order-state-conflict` unless open, 409 `proposal-missing` without a proposal for this
    /// reason, 403 `same-officer` for who made it.
    pub fn reject(self, said: &Objection, now: Timestamp) -> Result<Changed<Order>, Refused> {
        require(&self, OrderState::Open)?;
        let proposed = Rejection::confirmed(self.rejection.as_ref(), said.reason, &said.by)?;
        let event = Event::new(EventKind::OrderRejected, "order", self.id)
            .with("proposed_by", proposed.by.as_str())
            .told(FeedKind::OrderRejected, &self.owner, self.id, Some(self.id));
        Ok(self.change(said.tell(event), |order| {
            order.state = OrderState::Rejected;
            order.updated_at = now;
        }))
    }
}
