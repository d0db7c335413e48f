//! From when until when something holds.

use super::timestamp::Timestamp;

/// A time with an optional first instant and an optional end. Without both it always holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Period {
    /// `from` belongs to it, `until` does not. `None` when it would end before it begins.
    #[must_use]
    pub fn new(from: Option<Timestamp>, until: Option<Timestamp>) -> Option<Self> {
        let empty = from.zip(until).is_some_and(|(from, until)| until <= from);
        (!empty).then_some(Self { from, until })
    }

    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// Its first instant.
    #[must_use]
    pub const fn from(&self) -> Option<Timestamp> {
        self.from
    }

    /// The first instant at which it no longer holds.
    #[must_use]
    pub const fn until(&self) -> Option<Timestamp> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_holds_from_its_first_instant_and_not_at_its_end() {
        let at = |millis| Some(Timestamp::from_millis(millis));
        let period = Period::new(at(10), at(20)).unwrap();
        let held = [9, 10, 19, 20].map(|millis| period.holds(Timestamp::from_millis(millis)));
        assert_eq!(held, [false, true, true, false]);
        assert!(Period::default().holds(Timestamp::EPOCH));
        assert_eq!(Period::new(at(10), at(10)), None);
        assert_eq!(Period::new(at(10), None).unwrap().until(), None);
    }
}
