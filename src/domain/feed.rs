//! What an owner's programs are told of: a line in a feed that is replayed without holes (flows 6).
//!
//! A line stands beside the audit entry of the same fact and has its position, so the feed holds
//! what was committed, once, in order. It is thin: the frontend fetches the rest. Which facts an
//! owner is told of is said where the fact is made, with [`Event::told`].

use super::{audit::event::Event, id::OrderId, owner::Owner};

macro_rules! feed_kinds {
    ($($kind:ident = $name:literal,)+) => {
        /// The closed set of types.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FeedKind { $($kind,)+ }

        impl FeedKind {
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The `type` on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.name() == name)
            }
        }
    };
}

feed_kinds! {
    OrderCreated = "order.created",
    OrderUpdated = "order.updated",
    OrderCancelled = "order.cancelled",
    OrderRejected = "order.rejected",
    OrderLapsing = "order.lapsing",
    OrderLapsed = "order.lapsed",
    DataSubmitted = "data.submitted",
    DataUpdated = "data.updated",
    DataNeedsInformation = "data.needs_information",
    DataVerified = "data.verified",
    DataRejected = "data.rejected",
    DataWithdrawn = "data.withdrawn",
    DataSuspended = "data.suspended",
    DataResumed = "data.resumed",
    DataInvalidated = "data.invalidated",
    DataExpiring = "data.expiring",
    DocumentScanned = "document.scanned",
    EmailSent = "email.sent",
    EmailBounced = "email.bounced",
    EmailLocked = "email.locked",
    EmailVerified = "email.verified",
    EmailDisowned = "email.disowned",
    EmailInvalidated = "email.invalidated",
    EmailLapsing = "email.lapsing",
    EmailLapsed = "email.lapsed",
    ActivationSubmitted = "activation.submitted",
    ActivationDelayed = "activation.delayed",
    ActivationRefused = "activation.refused",
    CertificateIssued = "certificate.issued",
    CertificateSuperseded = "certificate.superseded",
    CertificateExpiring = "certificate.expiring",
    CertificateExpired = "certificate.expired",
    CertificateRevoking = "certificate.revoking",
    CertificateRevoked = "certificate.revoked",
    WebhookDisabled = "webhook.disabled",
}

/// A line that is not yet in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub kind: FeedKind,
    pub owner: Owner,
    /// What it is about, by its id.
    pub object: String,
    pub order: Option<OrderId>,
}

impl Event {
    /// Tells the owner's programs too. The entry names type and object, so that the feed can be
    /// proven from the log.
    #[must_use]
    pub fn told(
        self,
        kind: FeedKind,
        owner: &Owner,
        object: impl ToString,
        order: Option<OrderId>,
    ) -> Self {
        let told = Told {
            kind,
            owner: owner.clone(),
            object: object.to_string(),
            order,
        };
        let event = self
            .with("told", kind.name())
            .with("told_of", told.object.as_str());
        Self {
            told: Some(Box::new(told)),
            ..event
        }
    }
}
