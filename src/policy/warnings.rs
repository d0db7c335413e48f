//! Ends that are told before they come, and silences that are reminded of (flows 3.8, 5.15): on
//! which days, each once.
//!
//! Knows nothing of what ends. That it has ended needs no warning: it follows from the facts and
//! the clock wherever it matters.

use crate::domain::timestamp::{Timestamp, days};

/// Before a certificate ends that another has taken the place of.
pub const SUPERSEDED: [u32; 1] = [3];
/// Most instants of one kind.
const MOST: usize = 8;

/// The days of each kind, as the operator wants them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warnings {
    /// Before the window ends in which an order can be activated.
    pub order: Vec<u32>,
    /// Before a certificate ends.
    pub certificate: Vec<u32>,
    /// Before verified data ends.
    pub data: Vec<u32>,
    /// Before control over a mailbox ends.
    pub mailbox: Vec<u32>,
    /// After an order could be activated for the first time.
    pub ready: Vec<u32>,
    /// After an applicant was asked.
    pub applicant: Vec<u32>,
}

impl Default for Warnings {
    fn default() -> Self {
        Self {
            order: vec![60, 30, 7],
            certificate: vec![60, 30, 14, 7, 1],
            data: vec![30, 7],
            mailbox: vec![7],
            ready: vec![7, 30],
            applicant: vec![3, 7, 13],
        }
    }
}

/// Days that cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: one to eight numbers of days, {order}, each from 1 to {most}")]
pub struct Unkept {
    what: &'static str,
    order: &'static str,
    most: u32,
}

impl Warnings {
    /// # Errors
    /// When a list is empty, not in order, or reaches beyond what it is about: half of the 365
    /// days of a window (an order that begins is not one that ends), the shortest certificate, 825 days of data and 30 of a mailbox (S/MIME BR 4.2.1),
    /// 30 days of patience with an applicant.
    pub fn checked(self) -> Result<Self, Unkept> {
        let falling = [
            ("order", &self.order, 180),
            ("certificate", &self.certificate, 180),
            ("data", &self.data, 824),
            ("mailbox", &self.mailbox, 29),
        ];
        for (what, list, most) in falling {
            judge(what, list, "falling", most)?;
        }
        for (what, list, most) in [
            ("ready", &self.ready, 364),
            ("applicant", &self.applicant, 29),
        ] {
            judge(what, list, "rising", most)?;
        }
        Ok(self)
    }
}

fn judge(what: &'static str, list: &[u32], order: &'static str, most: u32) -> Result<(), Unkept> {
    let mut sorted = list.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    if order == "falling" {
        sorted.reverse();
    }
    let right = (1..=MOST).contains(&list.len())
        && sorted == list
        && list.iter().all(|day| (1..=most).contains(day));
    if right {
        Ok(())
    } else {
        Err(Unkept { what, order, most })
    }
}

/// Where an instant stands among the warnings of an end that is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Before the first of them.
    Early { first: Timestamp },
    /// One is due, or was and comes late; `next` is the one after it.
    Due { next: Option<Timestamp> },
}

/// When the first warning is due.
#[must_use]
pub fn first(until: Timestamp, before: &[u32]) -> Timestamp {
    let longest = before.iter().copied().max().unwrap_or_default();
    until.minus(days(longest))
}

/// Where `now` stands, `before` being days before `until` in falling order. Several that have
/// passed are one.
#[must_use]
pub fn standing(until: Timestamp, before: &[u32], now: Timestamp) -> Standing {
    let first = first(until, before);
    if now < first {
        return Standing::Early { first };
    }
    let mut instants = before.iter().map(|before| until.minus(days(*before)));
    Standing::Due {
        next: instants.find(|at| now < *at),
    }
}

/// The next reminder after `now`, `after` being days after `since` in rising order.
#[must_use]
pub fn next_after(since: Timestamp, after: &[u32], now: Timestamp) -> Option<Timestamp> {
    let mut instants = after.iter().map(|after| since.plus(days(*after)));
    instants.find(|at| now < *at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_warning_is_due_once() {
        let until = Timestamp::EPOCH.plus(days(1_000));
        let at = |day| Timestamp::EPOCH.plus(days(day));
        let early = Standing::Early { first: at(940) };
        let due = |next: Option<u32>| Standing::Due { next: next.map(at) };
        for (day, expected) in [
            (0, early),
            (939, early),
            (940, due(Some(970))),
            (969, due(Some(970))),
            (970, due(Some(993))),
            (993, due(None)),
            (999, due(None)),
        ] {
            assert_eq!(standing(until, &[60, 30, 7], at(day)), expected, "{day}");
        }
        assert_eq!(first(until, &[60, 30, 7]), at(940));
        let next = |day| next_after(at(10), &[7, 30], at(day));
        assert_eq!(
            [next(10), next(17), next(40)],
            [Some(at(17)), Some(at(40)), None]
        );
    }

    #[test]
    fn days_beyond_the_law_or_out_of_order_are_refused() {
        assert_eq!(Warnings::default().checked(), Ok(Warnings::default()));
        let refused = |change: &dyn Fn(&mut Warnings)| {
            let mut warnings = Warnings::default();
            change(&mut warnings);
            assert!(warnings.clone().checked().is_err(), "{warnings:?}");
        };
        refused(&|w| w.mailbox = vec![30]);
        refused(&|w| w.applicant = vec![3, 30]);
        refused(&|w| w.data = vec![825]);
        refused(&|w| w.certificate = vec![7, 30]);
        refused(&|w| w.ready = vec![30, 7]);
        refused(&|w| w.order = vec![181]);
        refused(&|w| w.order = vec![]);
        refused(&|w| w.order = vec![7, 7]);
        refused(&|w| w.order = (1..=9).rev().collect());
    }
}
