//! How control of a mailbox is shown (S/MIME BR 3.2.2): a closed list.

use crate::domain::id::DomainControlId;

/// One of the methods of the BR that this CA uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// 3.2.2.1: its owner controls the mail domain; the proof is a row of its own.
    Domain(DomainControlId),
    /// 3.2.2.2: its holder sends back what was mailed.
    Email,
    // 3.2.2.3 (the mail server) is not offered. 3.2.2.4 (a signed reply by RFC 8823) would stand
    // here, with a state of its own for the halves of its token: it serves one request only.
}

impl Method {
    /// The section of the BR.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::Domain(_) => "3.2.2.1",
            Self::Email => "3.2.2.2",
        }
    }

    /// What the mailbox rests on besides itself.
    #[must_use]
    pub const fn domain(self) -> Option<DomainControlId> {
        match self {
            Self::Domain(id) => Some(id),
            Self::Email => None,
        }
    }

    /// Puts it together again; `None` when both do not fit.
    #[must_use]
    pub fn of(number: &str, domain: Option<DomainControlId>) -> Option<Self> {
        let method = domain.map_or(Self::Email, Self::Domain);
        (method.number() == number).then_some(method)
    }
}
