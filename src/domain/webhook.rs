//! An owner's endpoint that the lines of the feed are pushed to (flows 6).
//!
//! What somebody did stands in the aggregate; how far the pushing has come is [`Progress`], which
//! is bookkeeping. The two meet in `round`: whoever moves the place where delivery goes on begins
//! a new round, and what was booked in an earlier one no longer counts.

use self::progress::Progress;
use super::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind},
        value::Value,
    },
    feed::FeedKind,
    id::WebhookId,
    owner::Owner,
    refusal::Refused,
    text::Text,
    timestamp::Timestamp,
};

pub mod progress;

/// Endpoints of one owner.
pub const MOST: u32 = 10;
/// Challenges that are sent unasked to an endpoint that does not answer.
pub const CHALLENGES: u32 = 5;

/// An address, as it was given.
pub type WebhookUrl = Text<500>;

/// What may be sent to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebhookState {
    /// Nobody there has answered a challenge yet.
    Pending,
    /// Events are delivered.
    Active,
    /// It took nothing for three days; its place in the feed is kept.
    Disabled,
    Deleted,
}

impl WebhookState {
    pub const ALL: [Self; 4] = [Self::Pending, Self::Active, Self::Disabled, Self::Deleted];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// An endpoint as stored. Key: id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub id: WebhookId,
    /// Without a customer: of everything the frontend may read.
    pub owner: Owner,
    /// 1 to [`MOST`]: no two that are there have one of an owner's places.
    pub place: u32,
    pub url: WebhookUrl,
    /// In the order of [`FeedKind::ALL`]; every type when empty.
    pub types: Vec<FeedKind>,
    pub state: WebhookState,
    pub round: u32,
    /// Position after which this round begins.
    pub begins_after: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Booked, never changed by a transition; see [`Webhook::progress`].
    pub booked: Progress,
}

/// What a frontend registers.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    pub id: WebhookId,
    pub owner: Owner,
    /// See [`Webhook::place`].
    pub place: u32,
    pub url: WebhookUrl,
    pub types: Vec<FeedKind>,
    /// Where the owner's feed ends now.
    pub begins_after: i64,
}

impl Webhook {
    /// Registers an endpoint; it has to answer a challenge before it is told anything.
    #[must_use]
    pub fn register(new: NewWebhook, now: Timestamp) -> Changed<Self> {
        let round = 1;
        let types = new.types.iter().map(|kind| Value::text(kind.name()));
        let event = Event::new(EventKind::WebhookCreated, "webhook", new.id)
            .with("ra", new.owner.ra.as_str())
            .with("place", i64::from(new.place))
            .with("types", Value::List(types.collect()))
            .personal("url", new.url.as_str());
        let webhook = Self {
            id: new.id,
            owner: new.owner,
            place: new.place,
            url: new.url,
            types: new.types,
            state: WebhookState::Pending,
            round,
            begins_after: new.begins_after,
            created_at: now,
            updated_at: now,
            booked: Progress {
                round,
                delivered: new.begins_after,
                failures: 0,
                failing_since: None,
                last: None,
            },
        };
        let event = webhook.owner.tell(webhook.stand().tell(event));
        Changed::created(webhook, event)
    }

    /// Somebody there has answered the challenge: delivery goes on where it was.
    ///
    /// # Errors
    /// 409 when it is active or deleted.
    pub fn activate(webhook: Loaded<Self>, now: Timestamp) -> Result<Changed<Self>, Refused> {
        webhook.require(&[WebhookState::Pending, WebhookState::Disabled])?;
        let stand = Stand {
            state: WebhookState::Active,
            round: webhook.round.saturating_add(1),
            begins_after: webhook.progress().delivered,
        };
        let event = Event::new(EventKind::WebhookActivated, "webhook", webhook.id);
        Ok(webhook.moved(event, stand, now))
    }

    /// It took nothing for too long.
    ///
    /// # Errors
    /// 409 unless it is active.
    pub fn disable(webhook: Loaded<Self>, now: Timestamp) -> Result<Changed<Self>, Refused> {
        webhook.require(&[WebhookState::Active])?;
        let stand = Stand {
            state: WebhookState::Disabled,
            ..webhook.stand()
        };
        let event = Event::new(EventKind::WebhookDisabled, "webhook", webhook.id);
        let event = event.told(FeedKind::WebhookDisabled, &webhook.owner, webhook.id, None);
        Ok(webhook.moved(event, stand, now))
    }

    /// What came after this position is delivered again.
    ///
    /// # Errors
    /// 409 when it is deleted; 422 for a place that delivery has not reached: that would lose
    /// what lies between.
    pub fn rewind(
        webhook: Loaded<Self>,
        after: i64,
        now: Timestamp,
    ) -> Result<Changed<Self>, Refused> {
        use WebhookState as S;
        webhook.require(&[S::Pending, S::Active, S::Disabled])?;
        if after > webhook.progress().delivered {
            return Err(Refused::unacceptable("cursor-ahead"));
        }
        let stand = Stand {
            round: webhook.round.saturating_add(1),
            begins_after: after,
            ..webhook.stand()
        };
        let event = Event::new(EventKind::WebhookRewound, "webhook", webhook.id);
        Ok(webhook.moved(event, stand, now))
    }

    /// It is told nothing more.
    ///
    /// # Errors
    /// 409 when it is deleted already.
    pub fn delete(webhook: Loaded<Self>, now: Timestamp) -> Result<Changed<Self>, Refused> {
        use WebhookState as S;
        webhook.require(&[S::Pending, S::Active, S::Disabled])?;
        let stand = Stand {
            state: WebhookState::Deleted,
            ..webhook.stand()
        };
        let event = Event::new(EventKind::WebhookDeleted, "webhook", webhook.id);
        Ok(webhook.moved(event, stand, now))
    }

    /// How far this round has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        if self.booked.round == self.round {
            return self.booked;
        }
        Progress {
            round: self.round,
            delivered: self.begins_after,
            failures: 0,
            failing_since: None,
            last: self.booked.last,
        }
    }

    #[must_use]
    pub fn wants(&self, kind: FeedKind) -> bool {
        self.types.is_empty() || self.types.contains(&kind)
    }

    /// # Errors
    /// 409 when it is in another state.
    pub fn require(&self, states: &[WebhookState]) -> Result<(), Refused> {
        if states.contains(&self.state) {
            Ok(())
        } else {
            Err(Refused::state("webhook-state-conflict"))
        }
    }

    const fn stand(&self) -> Stand {
        Stand {
            state: self.state,
            round: self.round,
            begins_after: self.begins_after,
        }
    }
}

impl Loaded<Webhook> {
    fn moved(self, event: Event, stand: Stand, now: Timestamp) -> Changed<Webhook> {
        self.change(stand.tell(event), |webhook| {
            webhook.state = stand.state;
            webhook.round = stand.round;
            webhook.begins_after = stand.begins_after;
            webhook.updated_at = now;
        })
    }
}

/// What transitions change.
#[derive(Clone, Copy)]
struct Stand {
    state: WebhookState,
    round: u32,
    begins_after: i64,
}

impl Stand {
    /// Each entry says what its transition leaves.
    fn tell(self, event: Event) -> Event {
        event
            .with("state", self.state.name())
            .with("round", i64::from(self.round))
            .with("begins_after", self.begins_after)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        progress::{Attempt, Outcome},
        *,
    };
    use crate::domain::owner::IdentityName;

    const NOW: Timestamp = Timestamp::EPOCH;

    fn loaded(changed: &Changed<Webhook>) -> Loaded<Webhook> {
        Loaded::restore((**changed).clone(), changed.will_be())
    }

    fn new() -> Loaded<Webhook> {
        let new = NewWebhook {
            id: WebhookId::new(NOW, [1; 10]),
            owner: Owner {
                ra: IdentityName::parse("panel").unwrap(),
                customer: None,
            },
            place: 1,
            url: Text::parse("https://hooks.example.com/").unwrap(),
            types: vec![FeedKind::OrderCreated],
            begins_after: 7,
        };
        loaded(&Webhook::register(new, NOW))
    }

    #[test]
    fn a_new_round_forgets_what_was_booked_and_an_activation_keeps_the_place() {
        let mut webhook = (*new()).clone();
        webhook.booked.delivered = 9;
        webhook.booked = webhook.booked.tried(Attempt {
            at: NOW,
            outcome: Outcome::Timeout,
            status: None,
        });
        let active = Webhook::activate(
            Loaded::restore(webhook, super::super::aggregate::Version(1)),
            NOW,
        );
        let active = loaded(&active.unwrap());
        assert_eq!((active.round, active.begins_after), (2, 9));
        assert_eq!((active.progress().failures, active.booked.failures), (0, 1));
        let again = Webhook::rewind(active.clone(), 8, NOW).unwrap();
        assert_eq!((again.round, again.progress().delivered), (3, 8));
        let ahead = Webhook::rewind(active, 10, NOW).unwrap_err();
        assert_eq!(ahead.code, "cursor-ahead");
    }

    #[test]
    fn each_state_has_its_ways_out() {
        let pending = new();
        assert!(Webhook::disable(pending.clone(), NOW).is_err());
        let active = loaded(&Webhook::activate(pending, NOW).unwrap());
        assert!(Webhook::activate(active.clone(), NOW).is_err());
        let disabled = loaded(&Webhook::disable(active, NOW).unwrap());
        assert!(Webhook::activate(disabled.clone(), NOW).is_ok());
        let deleted = loaded(&Webhook::delete(disabled, NOW).unwrap());
        assert!(Webhook::activate(deleted.clone(), NOW).is_err());
        assert!(Webhook::rewind(deleted.clone(), 0, NOW).is_err());
        assert!(Webhook::delete(deleted, NOW).is_err());
    }
}
