//! The limit of mails to one address, whoever orders (flows 5.5).

use std::time::Duration;

use super::MailAddress;
use crate::domain::{
    aggregate::{Changed, Loaded},
    refusal::{Class, Refused},
    timestamp::Timestamp,
};

/// Between two mails to one address.
const PAUSE: Duration = Duration::from_secs(60);
/// Mails a day to one address, over all owners.
const DAILY: usize = 5;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Mails of the last day to one address, over all owners: the limit's fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressUse {
    pub abuse_key: String,
    pub sent: Vec<Timestamp>,
}

impl AddressUse {
    /// The first mail to an address.
    #[must_use]
    pub fn first(address: &MailAddress, now: Timestamp) -> Changed<Self> {
        Changed::following(Self {
            abuse_key: address.abuse_key(),
            sent: vec![now],
        })
    }
}

impl Loaded<AddressUse> {
    /// Counts one more mail.
    ///
    /// # Errors
    /// 429 `resend-too-soon` within 60 s of the last mail, or after five in 24 hours.
    pub fn another(self, now: Timestamp) -> Result<Changed<AddressUse>, Refused> {
        // A time ahead of the clock (it was set back) counts as now.
        let recent: Vec<Timestamp> = self
            .sent
            .iter()
            .copied()
            .filter(|at| now.since(*at) < DAY)
            .collect();
        let after = |at: &Timestamp, pause: Duration| at.plus(pause).since(now);
        let pause = recent.iter().max().map(|at| after(at, PAUSE));
        let full = recent.len() >= DAILY;
        let day = recent
            .iter()
            .min()
            .filter(|_| full)
            .map(|at| after(at, DAY));
        let wait = pause.max(day).unwrap_or_default();
        if !wait.is_zero() {
            let limited = Class::Limited { retry_after: wait };
            return Err(Refused::new(limited, "resend-too-soon"));
        }
        Ok(self.follow(|known| {
            known.sent = recent;
            known.sent.push(now);
        }))
    }
}
