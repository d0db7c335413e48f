//! What an owner is told in the panel.

use super::{
    aggregate::Changed,
    audit::event::{Event, EventKind},
    feed::FeedKind,
    id::{NotificationId, OrderId},
    owner::Owner,
    timestamp::Timestamp,
};

/// The tabs of the guide's dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tab {
    Information,
    Problems,
    Expiration,
    NewCertificates,
}

impl Tab {
    pub const ALL: [Self; 4] = [
        Self::Information,
        Self::Problems,
        Self::Expiration,
        Self::NewCertificates,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Problems => "problems",
            Self::Expiration => "expiration",
            Self::NewCertificates => "new_certificates",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.name() == name)
    }
}

/// What is said. The code is stable; tab and words follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    OrderCreated,
    OrderCancelled,
    OrderRejected,
    OrderLapsing,
    OrderLapsed,
    DataReceived,
    DataApproved,
    DataRejected,
    DataSuspended,
    DataResumed,
    DataInvalidated,
    InformationNeeded,
    MailboxVerified,
    MailboxLocked,
    MailboxDisowned,
    MailboxInvalidated,
    MailUndeliverable,
    CaaForbids,
    CaaLookupFailed,
    WebhookDisabled,
    ReadyToActivate,
    ActivationRefused,
    ActivationDelayed,
    CertificateIssued,
    CertificateRevoked,
    CertificateSuperseded,
    SupersededEnding,
    CertificateExpiring,
    CertificateExpired,
    DataExpiring,
    MailboxLapsing,
    MailboxLapsed,
    DocumentInfected,
    DocumentUnscannable,
}

impl Topic {
    pub const ALL: [Self; 34] = [
        Self::OrderCreated,
        Self::OrderCancelled,
        Self::OrderRejected,
        Self::OrderLapsing,
        Self::OrderLapsed,
        Self::DataReceived,
        Self::DataApproved,
        Self::DataRejected,
        Self::DataSuspended,
        Self::DataResumed,
        Self::DataInvalidated,
        Self::InformationNeeded,
        Self::MailboxVerified,
        Self::MailboxLocked,
        Self::MailboxDisowned,
        Self::MailboxInvalidated,
        Self::MailUndeliverable,
        Self::CaaForbids,
        Self::CaaLookupFailed,
        Self::WebhookDisabled,
        Self::ReadyToActivate,
        Self::ActivationRefused,
        Self::ActivationDelayed,
        Self::CertificateIssued,
        Self::CertificateRevoked,
        Self::CertificateSuperseded,
        Self::SupersededEnding,
        Self::CertificateExpiring,
        Self::CertificateExpired,
        Self::DataExpiring,
        Self::MailboxLapsing,
        Self::MailboxLapsed,
        Self::DocumentInfected,
        Self::DocumentUnscannable,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OrderCreated => "order-created",
            Self::OrderCancelled => "order-cancelled",
            Self::OrderRejected => "order-rejected",
            Self::OrderLapsing => "order-lapsing",
            Self::OrderLapsed => "order-lapsed",
            Self::DataReceived => "data-received",
            Self::DataApproved => "data-approved",
            Self::DataRejected => "data-rejected",
            Self::DataSuspended => "data-suspended",
            Self::DataResumed => "data-resumed",
            Self::DataInvalidated => "data-invalidated",
            Self::InformationNeeded => "information-needed",
            Self::MailboxVerified => "mailbox-verified",
            Self::MailboxLocked => "mailbox-locked",
            Self::MailboxDisowned => "mailbox-disowned",
            Self::MailboxInvalidated => "mailbox-invalidated",
            Self::MailUndeliverable => "mail-undeliverable",
            Self::CaaForbids => "caa-forbids",
            Self::CaaLookupFailed => "caa-lookup-failed",
            Self::WebhookDisabled => "webhook-disabled",
            Self::ReadyToActivate => "ready-to-activate",
            Self::ActivationRefused => "activation-refused",
            Self::ActivationDelayed => "activation-delayed",
            Self::CertificateIssued => "certificate-issued",
            Self::CertificateRevoked => "certificate-revoked",
            Self::CertificateSuperseded => "certificate-superseded",
            Self::SupersededEnding => "superseded-ending",
            Self::CertificateExpiring => "certificate-expiring",
            Self::CertificateExpired => "certificate-expired",
            Self::DataExpiring => "data-expiring",
            Self::MailboxLapsing => "mailbox-lapsing",
            Self::MailboxLapsed => "mailbox-lapsed",
            Self::DocumentInfected => "document-infected",
            Self::DocumentUnscannable => "document-unscannable",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.code() == code)
    }

    /// Problems ask somebody to act; Expiration names what ends; the rest is information.
    #[must_use]
    pub const fn tab(self) -> Tab {
        match self {
            Self::OrderRejected
            | Self::DataRejected
            | Self::DataSuspended
            | Self::DataInvalidated
            | Self::InformationNeeded
            | Self::MailboxLocked
            | Self::MailboxDisowned
            | Self::MailboxInvalidated
            | Self::MailUndeliverable
            | Self::CaaForbids
            | Self::CaaLookupFailed
            | Self::WebhookDisabled
            | Self::ActivationRefused
            | Self::ActivationDelayed
            | Self::DocumentInfected
            | Self::DocumentUnscannable => Tab::Problems,
            Self::OrderLapsing
            | Self::OrderLapsed
            | Self::CertificateExpiring
            | Self::CertificateExpired
            | Self::SupersededEnding
            | Self::DataExpiring
            | Self::MailboxLapsing
            | Self::MailboxLapsed => Tab::Expiration,
            Self::CertificateIssued => Tab::NewCertificates,
            Self::OrderCreated
            | Self::OrderCancelled
            | Self::DataReceived
            | Self::DataApproved
            | Self::DataResumed
            | Self::MailboxVerified
            | Self::ReadyToActivate
            | Self::CertificateSuperseded
            | Self::CertificateRevoked => Tab::Information,
        }
    }
}

impl Topic {
    /// What comes of no change of an object, and so is told with the line itself.
    const fn told(self) -> Option<FeedKind> {
        match self {
            Self::ActivationDelayed => Some(FeedKind::ActivationDelayed),
            Self::OrderLapsing => Some(FeedKind::OrderLapsing),
            Self::CertificateExpiring => Some(FeedKind::CertificateExpiring),
            Self::CertificateExpired => Some(FeedKind::CertificateExpired),
            Self::DataExpiring => Some(FeedKind::DataExpiring),
            Self::MailboxLapsing => Some(FeedKind::EmailLapsing),
            Self::MailboxLapsed => Some(FeedKind::EmailLapsed),
            _ => None,
        }
    }
}

/// A notification; immutable but for `read_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    pub id: NotificationId,
    pub owner: Owner,
    pub tab: Tab,
    /// Stable code; the words in each language follow from it.
    pub code: &'static str,
    pub order: Option<OrderId>,
    /// The object it is about, by its id.
    pub object: String,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}

impl Notification {
    /// Tells `owner` about `object`, in the unit of what happened.
    #[must_use]
    pub fn raise(
        id: NotificationId,
        owner: Owner,
        topic: Topic,
        order: Option<OrderId>,
        object: impl ToString,
        now: Timestamp,
    ) -> Changed<Self> {
        let object = object.to_string();
        let event = Event::new(EventKind::NotificationRaised, "notification", id)
            .with("code", topic.code())
            .with("about", object.as_str());
        let event = match topic.told() {
            Some(kind) => event.told(kind, &owner, &object, order),
            None => event,
        };
        let notification = Self {
            id,
            owner,
            tab: topic.tab(),
            code: topic.code(),
            order,
            object,
            created_at: now,
            read_at: None,
        };
        Changed::created(notification, event)
    }
}
