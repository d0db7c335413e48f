//! Ends that are told before they come, and silences that are reminded of (flows 3.8, 5.15): on
//! which days, each once.
//!
//! Knows nothing of what ends. That it has ended needs no warning: it follows from the facts and
//! the clock wherever it matters.

use crate::domain::{
    terms::Terms,
    timestamp::{Timestamp, days},
};

/// Before a certificate ends that another has taken the place of.
pub const SUPERSEDED: [u32; 1] = [3];
/// Most instants of one kind.
const MOST: usize = 8;
const FALLING: &str = "falling";
const RISING: &str = "rising";

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

/// The days that an operator names; those of a kind that is left out are built in.
#[derive(Clone, Debug, Default)]
pub struct Named {
    pub order: Option<Vec<u32>>,
    pub certificate: Option<Vec<u32>>,
    pub data: Option<Vec<u32>>,
    pub mailbox: Option<Vec<u32>>,
    pub ready: Option<Vec<u32>>,
    pub applicant: Option<Vec<u32>>,
}

impl Default for Warnings {
    fn default() -> Self {
        Self::built_in(&Terms::default())
    }
}

/// Days that cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unkept {
    #[error("{what}: one to eight numbers of days, {order}, each from 1 to {most} ({term})")]
    Days {
        what: &'static str,
        order: &'static str,
        most: u32,
        /// What they are held against.
        term: &'static str,
    },
    #[error("{what}: {term} leaves no day for it; leave it out")]
    NoDay {
        what: &'static str,
        term: &'static str,
    },
}

/// What the days of one kind are held against.
struct Bound {
    what: &'static str,
    order: &'static str,
    most: u32,
    term: &'static str,
}

/// The bounds of order, certificate, data, mailbox, ready and applicant: each day lies within the
/// period it tells of. An order is told to end in the second half of its window only: one that
/// begins is not one that ends. Half a year is the shortest certificate's.
fn bounds(terms: &Terms) -> [Bound; 6] {
    let bound = |what, order, most, term| Bound {
        what,
        order,
        most,
        term,
    };
    let within = |days: u32| days.saturating_sub(1);
    let window = "terms.activation_days";
    let data = (within(terms.organization_days()), "terms.organization_days");
    let mailbox = (within(terms.mailbox_days()), "terms.mailbox_days");
    let applicant = (within(terms.applicant_days()), "terms.applicant_days");
    [
        bound("order", FALLING, terms.window_days() / 2, window),
        bound("certificate", FALLING, 180, "half a year"),
        bound("data", FALLING, data.0, data.1),
        bound("mailbox", FALLING, mailbox.0, mailbox.1),
        bound("ready", RISING, within(terms.window_days()), window),
        bound("applicant", RISING, applicant.0, applicant.1),
    ]
}

impl Warnings {
    /// What holds where nobody chose (flows 3.8, 5.15), as far as it lies within these terms.
    #[must_use]
    pub fn built_in(terms: &Terms) -> Self {
        let mut warnings = Self {
            order: vec![60, 30, 7],
            certificate: vec![60, 30, 14, 7, 1],
            data: vec![30, 7],
            mailbox: vec![7],
            ready: vec![7, 30],
            applicant: vec![3, 7, 13],
        };
        for (list, bound) in warnings.lists().into_iter().zip(bounds(terms)) {
            list.retain(|day| *day <= bound.most);
        }
        warnings
    }

    /// What an operator named, and beside it what is built in.
    ///
    /// # Errors
    /// When a list that was named is empty, not in order, or reaches beyond the period it is about.
    pub fn checked(wanted: Named, terms: &Terms) -> Result<Self, Unkept> {
        let named = [
            wanted.order,
            wanted.certificate,
            wanted.data,
            wanted.mailbox,
            wanted.ready,
            wanted.applicant,
        ];
        let mut warnings = Self::built_in(terms);
        let lists = warnings.lists().into_iter().zip(named);
        for ((list, named), bound) in lists.zip(bounds(terms)) {
            if let Some(named) = named {
                judge(&named, &bound)?;
                *list = named;
            }
        }
        Ok(warnings)
    }

    const fn lists(&mut self) -> [&mut Vec<u32>; 6] {
        [
            &mut self.order,
            &mut self.certificate,
            &mut self.data,
            &mut self.mailbox,
            &mut self.ready,
            &mut self.applicant,
        ]
    }
}

fn judge(list: &[u32], bound: &Bound) -> Result<(), Unkept> {
    let Bound {
        what,
        order,
        most,
        term,
    } = *bound;
    if most == 0 {
        return Err(Unkept::NoDay { what, term });
    }
    let mut sorted = list.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    if order == FALLING {
        sorted.reverse();
    }
    let right = (1..=MOST).contains(&list.len())
        && sorted == list
        && list.iter().all(|day| (1..=most).contains(day));
    if right {
        Ok(())
    } else {
        Err(Unkept::Days {
            what,
            order,
            most,
            term,
        })
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

/// The next reminder after `now` and before `until`, `after` being days after `since` in rising
/// order.
#[must_use]
pub fn next_after(
    since: Timestamp,
    after: &[u32],
    until: Timestamp,
    now: Timestamp,
) -> Option<Timestamp> {
    let mut instants = after.iter().map(|after| since.plus(days(*after)));
    instants.find(|at| now < *at).filter(|at| *at < until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::terms::Choice;

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
        let next = |day, until| next_after(at(10), &[7, 30], at(until), at(day));
        assert_eq!(
            [next(10, 100), next(17, 100), next(40, 100)],
            [Some(at(17)), Some(at(40)), None]
        );
        assert_eq!(
            [next(10, 17), next(17, 40), next(17, 41)],
            [None, None, Some(at(40))],
            "a reminder is never at the end or after it"
        );
    }

    fn checked(change: &dyn Fn(&mut Named), terms: &Terms) -> Result<Warnings, Unkept> {
        let mut wanted = Named::default();
        change(&mut wanted);
        Warnings::checked(wanted, terms)
    }

    #[test]
    fn days_out_of_order_or_beyond_their_period_are_refused() {
        let default = Warnings::default();
        assert_eq!(checked(&|_| {}, &Terms::default()), Ok(default));
        let refused = |change: &dyn Fn(&mut Named)| {
            assert!(checked(change, &Terms::default()).is_err());
        };
        refused(&|w| w.mailbox = Some(vec![30]));
        refused(&|w| w.applicant = Some(vec![3, 30]));
        refused(&|w| w.ready = Some(vec![7, 365]));
        refused(&|w| w.data = Some(vec![825]));
        refused(&|w| w.certificate = Some(vec![181]));
        refused(&|w| w.certificate = Some(vec![7, 30]));
        refused(&|w| w.ready = Some(vec![30, 7]));
        refused(&|w| w.order = Some(vec![183]));
        refused(&|w| w.order = Some(vec![]));
        refused(&|w| w.order = Some(vec![7, 7]));
        refused(&|w| w.order = Some((1..=9).rev().collect()));
    }

    #[test]
    fn days_are_held_against_the_terms_that_were_chosen() {
        let short = Terms::of(Choice {
            random_value_hours: 1,
            mailbox_days: 5,
            organization_days: 20,
            window_days: 10,
            applicant_days: 1,
            ..Choice::default()
        });
        let built_in = Warnings {
            order: vec![],
            certificate: vec![60, 30, 14, 7, 1],
            data: vec![7],
            mailbox: vec![],
            ready: vec![7],
            applicant: vec![],
        };
        assert_eq!(Warnings::built_in(&short), built_in);
        let mailbox = checked(&|w| w.mailbox = Some(vec![4, 1]), &short);
        assert_eq!(mailbox.map(|w| w.mailbox), Ok(vec![4, 1]));
        type Case<'a> = (&'a dyn Fn(&mut Named), &'a str);
        let cases: [Case<'_>; 3] = [
            (
                &|w| w.mailbox = Some(vec![5]),
                "mailbox: one to eight numbers of days, falling, each from 1 to 4 (terms.mailbox_days)",
            ),
            (
                &|w| w.order = Some(vec![6]),
                "order: one to eight numbers of days, falling, each from 1 to 5 (terms.activation_days)",
            ),
            (
                &|w| w.applicant = Some(vec![1]),
                "applicant: terms.applicant_days leaves no day for it; leave it out",
            ),
        ];
        for (change, said) in cases {
            let refused = checked(change, &short).map_err(|fault| fault.to_string());
            assert_eq!(refused, Err(said.to_owned()));
        }
        // With no day at all, the end is all that is waited for.
        let (now, until) = (Timestamp::EPOCH, Timestamp::EPOCH.plus(days(1)));
        assert_eq!(standing(until, &[], now), Standing::Early { first: until });
    }
}
