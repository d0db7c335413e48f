//! The two X.509 times (RFC 5280 4.1.2.5) and calendar days, read for the rules alone.

use super::der::{self, NotDer, Tlv};

/// A calendar day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

impl Day {
    /// The first second of the day since 1970.
    #[must_use]
    pub const fn begins(self) -> i64 {
        days_since_1970(
            widen(self.year),
            widen_octet(self.month),
            widen_octet(self.day),
        ) * DAY
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// A day in a rule's head.
#[must_use]
pub(super) const fn day(year: u16, month: u8, day: u8) -> Day {
    Day { year, month, day }
}

/// An instant as it stands in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time {
    /// Since 1970; negative before.
    pub(super) seconds: i64,
    pub(super) year: i64,
    /// GeneralizedTime, not UTCTime.
    pub(super) is_generalized: bool,
}

impl Time {
    /// Seconds and `Z` must be there; whether the form fits the year is a rule's matter.
    pub(super) fn read(found: &Tlv<'_>) -> Result<Self, NotDer> {
        let (year, rest) = match (found.tag, found.value) {
            (der::UTC_TIME, [a, b, rest @ ..]) => {
                let year = pair(*a, *b)?;
                (year + if year < 50 { 2000 } else { 1900 }, rest)
            }
            (der::GENERALIZED_TIME, [a, b, c, d, rest @ ..]) => {
                (pair(*a, *b)? * 100 + pair(*c, *d)?, rest)
            }
            _ => return Err(NotDer),
        };
        let [m1, m2, d1, d2, h1, h2, i1, i2, s1, s2, b'Z'] = rest else {
            return Err(NotDer);
        };
        let (month, day) = (pair(*m1, *m2)?, pair(*d1, *d2)?);
        let (hour, minute, second) = (pair(*h1, *h2)?, pair(*i1, *i2)?, pair(*s1, *s2)?);
        let exists = (1..=12).contains(&month) && (1..=month_length(year, month)).contains(&day);
        if !exists || hour > 23 || minute > 59 || second > 59 {
            return Err(NotDer);
        }
        let seconds = days_since_1970(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
        Ok(Self {
            seconds,
            year,
            is_generalized: found.tag == der::GENERALIZED_TIME,
        })
    }

    /// UTCTime through 2049, GeneralizedTime from 2050.
    pub(super) const fn has_right_form(&self) -> bool {
        self.is_generalized == (self.year >= 2050)
    }
}

const fn widen(number: u16) -> i64 {
    let [high, low] = number.to_be_bytes();
    i64::from_be_bytes([0, 0, 0, 0, 0, 0, high, low])
}

const fn widen_octet(number: u8) -> i64 {
    i64::from_be_bytes([0, 0, 0, 0, 0, 0, 0, number])
}

fn pair(tens: u8, ones: u8) -> Result<i64, NotDer> {
    if tens.is_ascii_digit() && ones.is_ascii_digit() {
        Ok(i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
    } else {
        Err(NotDer)
    }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Proleptic Gregorian, by counting years from March, so that the leap day comes last.
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let from_march = (month + 9) % 12;
    let year = if month < 3 { year - 1 } else { year };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (from_march * 306 + 5) / 10 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::timestamp::{Timestamp, days},
        pkix::validity,
    };

    #[test]
    fn each_day_from_1970_to_2199_is_the_calendars() {
        for count in 0..84_000 {
            let at = Timestamp::EPOCH.plus(days(count));
            let encoded = validity::time_der(at);
            let found = der::Cursor::new(&encoded).any().unwrap();
            if at.to_datetime().year() > 1969 {
                let read = Time::read(&found).unwrap();
                assert_eq!(read.seconds, at.seconds(), "{at}");
                assert!(read.has_right_form());
            }
        }
        assert_eq!(day(2026, 11, 22).begins(), 1_795_305_600);
        assert_eq!(day(2026, 11, 22).to_string(), "2026-11-22");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for (tag, bad) in [
            (0x17, "260230000000Z"),
            (0x17, "261301000000Z"),
            (0x17, "260100000000Z"),
            (0x17, "260101240000Z"),
            (0x17, "260101006000Z"),
            (0x17, "260101000060Z"),
            (0x17, "2601010000Z"),
            (0x17, "260101000000+0100"),
            (0x17, "26010100000/Z"),
            (0x18, "20260101000000.5Z"),
            (0x18, "260101000000Z"),
            (0x13, "260101000000Z"),
        ] {
            let found = Tlv {
                tag,
                value: bad.as_bytes(),
                raw: &[],
            };
            assert_eq!(Time::read(&found), Err(NotDer), "{bad}");
        }
    }
}
