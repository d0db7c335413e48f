//! How many places of the network must see the same (TLS BR 3.2.2.9, which S/MIME BR 4.2.2.2
//! demands of methods that look into the DNS, and of CAA with them).
//!
//! Does not know how perspectives are reached. That they stand 500 km apart and share no resolver
//! is the operator's to see to: it cannot be judged here.

use std::{collections::BTreeSet, fmt};

use crate::domain::timestamp::Timestamp;

/// Remote perspectives at most: each look asks all of them.
pub const MOST: usize = 16;
const NAME_CAP: usize = 32;

/// The service region of a Regional Internet Registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Region {
    Afrinic,
    Apnic,
    Arin,
    Lacnic,
    Ripe,
}

impl Region {
    pub const ALL: [Self; 5] = [
        Self::Afrinic,
        Self::Apnic,
        Self::Arin,
        Self::Lacnic,
        Self::Ripe,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Afrinic => "afrinic",
            Self::Apnic => "apnic",
            Self::Arin => "arin",
            Self::Lacnic => "lacnic",
            Self::Ripe => "ripe",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.name() == name)
    }
}

/// A remote perspective, by its name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vantage {
    name: String,
    pub region: Region,
}

impl Vantage {
    /// The name has 1 to 32 of `a-z 0-9 -`, and is not `primary`, which is the daemon's own.
    #[must_use]
    pub fn new(name: &str, region: Region) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = (1..=NAME_CAP).contains(&name.len()) && name.bytes().all(plain);
        (fits && name != "primary").then(|| Self {
            name: name.to_owned(),
            region,
        })
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// What is demanded from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    /// 00:00 UTC.
    from: &'static str,
    remotes: usize,
    regions: usize,
}

/// TLS BR 3.2.2.9 with the day from which S/MIME BR 4.2.2.2 demands it; what was before that day
/// is not of this product's time.
const STEPS: [Step; 4] = [
    Step {
        from: "2025-05-15",
        remotes: 2,
        regions: 1,
    },
    Step {
        from: "2026-03-15",
        remotes: 3,
        regions: 2,
    },
    Step {
        from: "2026-06-15",
        remotes: 4,
        regions: 2,
    },
    Step {
        from: "2026-12-15",
        remotes: 5,
        regions: 2,
    },
];

impl Step {
    fn begins(&self) -> Timestamp {
        // A day that cannot be read is one that has come: fail closed.
        Timestamp::of_date(self.from).unwrap_or(Timestamp::EPOCH)
    }

    fn is_met_by(&self, set: &[Vantage]) -> bool {
        set.len() >= self.remotes && regions(set) >= self.regions
    }
}

/// A set of perspectives that is too small, with what is demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortfall {
    step: Step,
    remotes: usize,
    regions: usize,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Step {
            from,
            remotes,
            regions,
        } = self.step;
        write!(
            f,
            "TLS BR 3.2.2.9 (S/MIME BR 4.2.2.2) demands {remotes} remote perspectives in {regions} \
             RIR regions from {from} on: there are {} in {}",
            self.remotes, self.regions
        )
    }
}

/// What the set lacks at an instant; `None` when it is large enough.
#[must_use]
pub fn shortfall(set: &[Vantage], now: Timestamp) -> Option<Shortfall> {
    let step = in_force(now);
    (!step.is_met_by(set)).then(|| Shortfall {
        step,
        remotes: set.len(),
        regions: regions(set),
    })
}

/// Until when a set that is large enough now stays so; `None` when it is not. Steps that are not
/// known yet end nothing.
#[must_use]
pub fn holds_until(set: &[Vantage], now: Timestamp) -> Option<Timestamp> {
    if shortfall(set, now).is_some() {
        return None;
    }
    let coming = STEPS.iter().filter(|step| step.begins() > now);
    let ends = coming.filter(|step| !step.is_met_by(set)).map(Step::begins);
    Some(ends.min().unwrap_or(Timestamp::from_millis(i64::MAX)))
}

/// What the perspectives of one look say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// Whether enough of them, in enough regions, agree with the daemon's own.
    pub holds: bool,
    corroborating: usize,
    asked: usize,
}

impl fmt::Display for Quorum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.corroborating, self.asked)
    }
}

/// Nobody was asked.
pub const NOBODY: Quorum = Quorum {
    holds: false,
    corroborating: 0,
    asked: 0,
};

/// Counts who agrees: all that were asked count, those who kept silent too.
#[must_use]
pub fn quorum(asked: &[(Vantage, bool)], now: Timestamp) -> Quorum {
    let all: Vec<Vantage> = asked.iter().map(|(one, _)| one.clone()).collect();
    let agreeing = asked.iter().filter(|(_, agrees)| *agrees);
    let agreeing: Vec<Vantage> = agreeing.map(|(one, _)| one.clone()).collect();
    let step = in_force(now);
    let holds = step.is_met_by(&all)
        && all.len() - agreeing.len() <= dissenting(all.len())
        && regions(&agreeing) >= step.regions;
    Quorum {
        holds,
        corroborating: agreeing.len(),
        asked: all.len(),
    }
}

/// How many of so many may not agree (TLS BR 3.2.2.9, quorum requirements).
const fn dissenting(remotes: usize) -> usize {
    match remotes {
        0 | 1 => 0,
        2..=5 => 1,
        _ => 2,
    }
}

fn in_force(now: Timestamp) -> Step {
    let [first, later @ ..] = STEPS;
    let mut force = first;
    for step in later {
        if step.begins() <= now {
            force = step;
        }
    }
    force
}

fn regions(set: &[Vantage]) -> usize {
    let regions: BTreeSet<Region> = set.iter().map(|one| one.region).collect();
    regions.len()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn day(text: &str) -> Timestamp {
        Timestamp::of_date(text).unwrap()
    }

    /// So many in Europe, so many in America.
    fn set(ripe: usize, arin: usize) -> Vec<Vantage> {
        let regions =
            std::iter::repeat_n(Region::Ripe, ripe).chain(std::iter::repeat_n(Region::Arin, arin));
        let named = regions.enumerate();
        named
            .map(|(number, region)| Vantage::new(&format!("p{number}"), region).unwrap())
            .collect()
    }

    fn asked(set: &[Vantage], agree: &[bool]) -> Vec<(Vantage, bool)> {
        assert_eq!(set.len(), agree.len());
        set.iter().cloned().zip(agree.iter().copied()).collect()
    }

    #[test]
    fn every_step_begins_on_its_day() {
        let instant = Duration::from_millis(1);
        for (date, before, after) in [
            ("2026-03-15", set(2, 0), set(2, 1)),
            ("2026-06-15", set(2, 1), set(3, 1)),
            ("2026-12-15", set(3, 1), set(4, 1)),
        ] {
            let from = day(date);
            assert_eq!(shortfall(&before, from.minus(instant)), None, "{date}");
            assert!(shortfall(&before, from).is_some(), "{date}");
            assert_eq!(shortfall(&after, from), None, "{date}");
            assert_eq!(holds_until(&before, from.minus(instant)), Some(from));
            assert_eq!(holds_until(&before, from), None, "{date}");
        }
        let enough = holds_until(&set(4, 1), day("2026-12-15")).unwrap();
        assert!(enough > day("2099-01-01"));
        let lacking = shortfall(&set(3, 1), day("2026-12-15")).unwrap();
        let words = lacking.to_string();
        assert!(
            words.contains("3.2.2.9") && words.contains("5 remote"),
            "{words}"
        );
        assert!(words.contains("4 in 2"), "{words}");
    }

    #[test]
    fn one_region_is_too_few_since_march() {
        assert!(shortfall(&set(6, 0), day("2026-11-01")).is_some());
        assert_eq!(shortfall(&set(6, 0), day("2026-01-01")), None);
    }

    #[test]
    fn few_may_differ() {
        let now = day("2026-12-20");
        let five = set(3, 2);
        assert!(quorum(&asked(&five, &[true; 5]), now).holds);
        assert!(quorum(&asked(&five, &[true, true, true, true, false]), now).holds);
        let two = quorum(&asked(&five, &[true, true, true, false, false]), now);
        assert!(!two.holds);
        assert_eq!(two.to_string(), "3/5");
        let six = set(4, 2);
        assert!(quorum(&asked(&six, &[false, false, true, true, true, true]), now).holds);
        assert!(!quorum(&asked(&six, &[false, false, false, true, true, true]), now).holds);
        // Those who agree must stand in two regions.
        let lonely = set(4, 1);
        assert!(!quorum(&asked(&lonely, &[true, true, true, true, false]), now).holds);
        assert!(quorum(&asked(&lonely, &[true, true, true, false, true]), now).holds);
    }

    #[test]
    fn a_set_that_is_too_small_agrees_on_nothing() {
        let four = asked(&set(2, 2), &[true; 4]);
        assert!(quorum(&four, day("2026-12-14")).holds);
        assert!(!quorum(&four, day("2026-12-15")).holds);
        assert!(!quorum(&[], day("2026-12-15")).holds);
    }

    #[test]
    fn names_are_plain() {
        for wrong in ["", "primary", "A", "a b", "ż", &"a".repeat(33)] {
            assert_eq!(Vantage::new(wrong, Region::Ripe), None, "{wrong}");
        }
    }
}
