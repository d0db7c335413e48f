//! Validity periods and the two X.509 times (RFC 5280 4.1.2.5).

use std::time::Duration;

use time::{Date, Month, PrimitiveDateTime, Time};

use super::tlv::{self, Element, Malformed};
use crate::domain::timestamp::{Timestamp, days};

/// Both ends belong to the period, in whole seconds (S/MIME BR 6.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Validity {
    /// `count` days of 86 400 s: the last second is `not_before` + count x 86 400 - 1, because
    /// one second more would be a further day.
    #[must_use]
    pub fn of_days(not_before: Timestamp, count: u32) -> Self {
        let not_before = not_before.whole_second();
        let not_after = not_before.plus(days(count)).minus(Duration::from_secs(1));
        Self {
            not_before,
            not_after,
        }
    }

    /// From two instants; `None` when the end lies before the beginning.
    #[must_use]
    pub fn new(not_before: Timestamp, not_after: Timestamp) -> Option<Self> {
        let (not_before, not_after) = (not_before.whole_second(), not_after.whole_second());
        (not_before <= not_after).then_some(Self {
            not_before,
            not_after,
        })
    }

    #[must_use]
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Length in seconds with both ends counted.
    #[must_use]
    pub const fn seconds(&self) -> i64 {
        self.not_after.seconds() - self.not_before.seconds() + 1
    }

    /// The DER `Validity`.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        tlv::sequence(&[&time_der(self.not_before), &time_der(self.not_after)])
    }

    /// # Errors
    /// When it is no `Validity` in the form of RFC 5280.
    pub fn from_der(element: &Element<'_>) -> Result<Self, Malformed> {
        let mut reader = element.reader();
        let not_before = parse_time(&reader.any()?)?;
        let not_after = parse_time(&reader.any()?)?;
        reader.finish()?;
        Self::new(not_before, not_after).ok_or(Malformed)
    }
}

/// UTCTime through 2049, GeneralizedTime from 2050; seconds and `Z` always.
#[must_use]
pub fn time_der(at: Timestamp) -> Vec<u8> {
    let year = at.to_datetime().year();
    if year < 2050 {
        let text = format!("{:02}{}", year.rem_euclid(100), after_year(at));
        tlv::element(tlv::UTC_TIME, &[text.as_bytes()])
    } else {
        generalized_time_der(at)
    }
}

/// GeneralizedTime whatever the year, as OCSP wants it (RFC 6960 4.2.1); seconds and `Z` always.
#[must_use]
pub fn generalized_time_der(at: Timestamp) -> Vec<u8> {
    let text = format!("{:04}{}", at.to_datetime().year(), after_year(at));
    tlv::element(tlv::GENERALIZED_TIME, &[text.as_bytes()])
}

/// Reads a time in the form [`time_der`] writes; years 1950-2049 as UTCTime, later ones as
/// GeneralizedTime.
///
/// # Errors
/// When the form is another one, or the instant lies before 1970.
pub fn parse_time(element: &Element<'_>) -> Result<Timestamp, Malformed> {
    match element.tag {
        tlv::UTC_TIME => {
            let (year, rest) = element.value.split_at_checked(2).ok_or(Malformed)?;
            let year = number(year)?;
            instant(if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        _ => match generalized(element)? {
            (year, rest) if year >= 2050 => instant(year, rest),
            _ => Err(Malformed),
        },
    }
}

/// Reads a time in the form [`generalized_time_der`] writes.
///
/// # Errors
/// When the form is another one, or the instant lies before 1970.
pub fn parse_generalized_time(element: &Element<'_>) -> Result<Timestamp, Malformed> {
    let (year, rest) = generalized(element)?;
    instant(year, rest)
}

fn after_year(at: Timestamp) -> String {
    let t = at.to_datetime();
    let (month, day) = (u8::from(t.month()), t.day());
    let (hour, minute, second) = (t.hour(), t.minute(), t.second());
    format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z")
}

fn generalized<'a>(element: &Element<'a>) -> Result<(u16, &'a [u8]), Malformed> {
    if element.tag != tlv::GENERALIZED_TIME {
        return Err(Malformed);
    }
    let (year, rest) = element.value.split_at_checked(4).ok_or(Malformed)?;
    Ok((number(year)?, rest))
}

fn instant(year: u16, after_year: &[u8]) -> Result<Timestamp, Malformed> {
    let [m1, m2, d1, d2, h1, h2, i1, i2, s1, s2, b'Z'] = after_year else {
        return Err(Malformed);
    };
    let pair = |a: &u8, b: &u8| u8::try_from(number(&[*a, *b])?).map_err(|_| Malformed);
    let month = Month::try_from(pair(m1, m2)?).map_err(|_| Malformed)?;
    let year = i32::from(year);
    let date = Date::from_calendar_date(year, month, pair(d1, d2)?).map_err(|_| Malformed)?;
    let clock = Time::from_hms(pair(h1, h2)?, pair(i1, i2)?, pair(s1, s2)?);
    let at = PrimitiveDateTime::new(date, clock.map_err(|_| Malformed)?).assume_utc();
    let seconds = at.unix_timestamp();
    if seconds < 0 {
        return Err(Malformed);
    }
    Ok(Timestamp::from_millis(seconds.saturating_mul(1000)))
}

fn number(digits: &[u8]) -> Result<u16, Malformed> {
    digits.iter().try_fold(0_u16, |sum, digit| {
        if digit.is_ascii_digit() {
            Ok(sum * 10 + u16::from(digit - b'0'))
        } else {
            Err(Malformed)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_86400_seconds_with_both_ends() {
        let start: Timestamp = "2026-11-22T10:00:00.7Z".parse().unwrap();
        let validity = Validity::of_days(start, 365);
        assert_eq!(validity.seconds(), 365 * 86_400);
        assert_eq!(validity.not_after().to_string(), "2027-11-22T09:59:59.000Z");
        let der = validity.to_der();
        let read = Validity::from_der(&tlv::only(&der, tlv::SEQUENCE).unwrap());
        assert_eq!(read, Ok(validity));
    }

    #[test]
    fn the_century_of_utctime_ends_in_2049() {
        for (text, der) in [
            ("2049-12-31T23:59:59Z", &b"\x17\x0d491231235959Z"[..]),
            ("2050-01-01T00:00:00Z", b"\x18\x0f20500101000000Z"),
        ] {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!(time_der(at), der);
            assert_eq!(parse_time(&tlv::Reader::new(der).any().unwrap()), Ok(at));
        }
        for bad in [
            &b"\x18\x0f20490101000000Z"[..],
            b"\x17\x0b2612312359Z",
            b"\x17\x0d261331235959Z",
            b"\x17\x0d26123123595 Z",
            b"\x17\x11261231235959+0100",
        ] {
            assert!(parse_time(&tlv::Reader::new(bad).any().unwrap()).is_err());
        }
    }
}
