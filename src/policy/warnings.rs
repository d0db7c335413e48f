//! Ends that are told before they come (flows 3.8, 5.15): how many days before, and each once.
//!
//! Knows nothing of what ends. That it has ended needs no warning: it follows from the facts and
//! the clock wherever it matters.

use crate::domain::timestamp::{Timestamp, days};

/// Of verified data.
pub const DATA: [u32; 2] = [30, 7];
/// Of control over a mailbox, which is good for 30 days altogether.
pub const MAILBOX: [u32; 1] = [7];
/// Of the window in which an order can be activated.
pub const WINDOW: [u32; 3] = [60, 30, 7];
/// Of a certificate that another has taken the place of.
pub const SUPERSEDED: [u32; 1] = [3];
/// Of a certificate.
pub const CERTIFICATE: [u32; 3] = [60, 30, 7];

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
        assert_eq!(first(until, &WINDOW), at(940));
    }
}
