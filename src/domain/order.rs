//! An order of one certificate.
//!
//! ```text
//! open --submit--> submitted --issue--> issued
//!   ^                  |  (refused: back to open)
//!   +------------------+
//! issued --reissue--> issued, with a certificate in place of the earlier one
//! open --cancel--> cancelled, --reject--> rejected, --lapse--> lapsed
//! ```
//! `ready` is not a state: it follows from the data set, the mailbox and the clock.

pub mod rejection;
pub mod transition;

use self::rejection::Rejection;
use super::{
    id::{ActivationId, CertificateId, MailboxId, OrderId, SubjectDataId},
    owner::{ActingFor, Owner},
    product::ProductCode,
    text::{Language, Text},
    timestamp::Timestamp,
};

/// `ORDER/` + 10 digits + `/b01`: what the customer sees. Drawn at random, unique.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrderNumber(String);

impl OrderNumber {
    /// From 64 random bits. The bias of the remainder is below 2^-30 and harmless: the number is
    /// a name, not a secret.
    #[must_use]
    pub fn draw(random: [u8; 8]) -> Self {
        Self(format!(
            "ORDER/{:010}/b01",
            u64::from_be_bytes(random) % 10_000_000_000
        ))
    }

    /// A number as the store kept it.
    pub(crate) fn restore(text: String) -> Self {
        Self(text)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What somebody did with the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderState {
    Open,
    Submitted,
    Issued,
    Cancelled,
    Rejected,
    Lapsed,
}

impl OrderState {
    pub const ALL: [Self; 6] = [
        Self::Open,
        Self::Submitted,
        Self::Issued,
        Self::Cancelled,
        Self::Rejected,
        Self::Lapsed,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Submitted => "submitted",
            Self::Issued => "issued",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
            Self::Lapsed => "lapsed",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Ended without a certificate.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Cancelled | Self::Rejected | Self::Lapsed)
    }

    /// Somebody still works towards the certificate.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Open | Self::Submitted)
    }
}

/// Where mails about the order go besides the mailbox to be certified.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Contacts {
    pub technical: Option<Text<254>>,
    pub revocation: Option<Text<254>>,
}

/// An order as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub number: OrderNumber,
    pub owner: Owner,
    pub product: ProductCode,
    pub alias: Option<Text<100>>,
    pub partner_order_ref: Option<Text<100>>,
    pub language: Language,
    pub contacts: Contacts,
    pub acting_for: ActingFor,
    pub state: OrderState,
    /// Why its customer gave it up.
    pub close_note: Option<Text<500>>,
    /// Why the CA refuses it, or should.
    pub rejection: Option<Rejection>,
    pub subject_data: Option<SubjectDataId>,
    pub mailbox: Option<MailboxId>,
    /// The newest activation, whatever became of it.
    pub activation: Option<ActivationId>,
    pub certificate: Option<CertificateId>,
    /// The certificate that this order continues.
    pub renews: Option<CertificateId>,
    /// The newest order that continues this order's certificate, whatever became of it.
    pub renewed_by: Option<OrderId>,
    /// When the certificate can be asked for no longer.
    pub window_ends: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Order {
    /// Whether the window has ended without an activation, whatever a timer has recorded.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.state == OrderState::Open && now >= self.window_ends
    }
}

#[cfg(test)]
mod tests;
