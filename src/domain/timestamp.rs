//! An instant in UTC with millisecond resolution: the one time type of the domain.

use std::{fmt, str::FromStr, time::Duration};

use time::{
    Date, Month, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339,
    util::days_in_month,
};

/// Milliseconds since 1970-01-01T00:00:00Z. Valid from 1970 to the end of year 9999, so that
/// every value has an RFC 3339 form and an X.509 `Time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is no RFC 3339 date-time in range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 date-time between 1970 and 9999")]
pub struct InvalidTimestamp;

/// 9999-12-31T23:59:59.999Z.
const LAST: i64 = 253_402_300_799_999;

/// A number of days of exactly 86 400 s (S/MIME BR 6.3.2).
#[must_use]
pub fn days(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 86_400)
}

impl Timestamp {
    /// The first instant, used as the origin of durations.
    pub const EPOCH: Self = Self(0);

    /// Clamps to the valid range: a clock outside it cannot be represented and is caught by the
    /// comparison with the audit head, never by a panic.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(0, LAST))
    }

    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The same instant without its milliseconds, as X.509 `Time` needs it.
    #[must_use]
    pub const fn whole_second(self) -> Self {
        Self(self.0 - self.0.rem_euclid(1000))
    }

    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(LAST);
        Self::from_millis(self.0.saturating_add(millis))
    }

    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(LAST);
        Self::from_millis(self.0.saturating_sub(millis))
    }

    /// Time from `earlier` to `self`; zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// The same time of day so many months later; on the last day of a month that is shorter.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        let at = self.to_datetime();
        let count = i64::from(at.year()) * 12 + i64::from(u8::from(at.month())) - 1;
        let count = count.saturating_add(i64::from(months));
        let date = || {
            let year = i32::try_from(count.div_euclid(12)).ok()?;
            let month = u8::try_from(count.rem_euclid(12) + 1).ok()?;
            let month = Month::try_from(month).ok()?;
            let day = at.day().min(days_in_month(month, year));
            Date::from_calendar_date(year, month, day).ok()
        };
        let later = date().map(|date| at.replace_date(date).unix_timestamp_nanos() / 1_000_000);
        Self::from_millis(later.map_or(LAST, |millis| i64::try_from(millis).unwrap_or(LAST)))
    }

    /// Midnight (UTC) of a day `YYYY-MM-DD`.
    #[must_use]
    pub fn of_date(text: &str) -> Option<Self> {
        let is_day = text.len() == "YYYY-MM-DD".len();
        let midnight = is_day.then(|| format!("{text}T00:00:00Z"))?;
        midnight.parse().ok()
    }

    /// The day (UTC), `YYYY-MM-DD`.
    #[must_use]
    pub fn date(self) -> String {
        let day = self.to_datetime().date();
        let (year, month, day) = (day.year(), u8::from(day.month()), day.day());
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Calendar form for encoders.
    #[must_use]
    pub fn to_datetime(self) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(self.0)
    }
}

impl fmt::Display for Timestamp {
    /// `YYYY-MM-DDTHH:MM:SS.mmmZ`, always with three digits of milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.to_datetime();
        let (year, month, day) = (t.year(), u8::from(t.month()), t.day());
        let (hour, minute, second, milli) = (t.hour(), t.minute(), t.second(), t.millisecond());
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"
        )
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidTimestamp)?;
        let nanos = parsed.to_offset(UtcOffset::UTC).unix_timestamp_nanos();
        let millis = i64::try_from(nanos.div_euclid(1_000_000)).map_err(|_| InvalidTimestamp)?;
        if (0..=LAST).contains(&millis) {
            Ok(Self(millis))
        } else {
            Err(InvalidTimestamp)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_three_digits_and_reads_any_offset() {
        let t: Timestamp = "2026-01-01T01:00:00.5+01:00".parse().unwrap();
        assert_eq!(t.to_string(), "2026-01-01T00:00:00.500Z");
        assert_eq!(t.to_string().parse::<Timestamp>(), Ok(t));
        assert_eq!(
            "1969-12-31T23:59:59Z".parse::<Timestamp>(),
            Err(InvalidTimestamp)
        );
    }

    #[test]
    fn months_end_where_the_calendar_has_a_day() {
        let later = |day: &str, months| Timestamp::of_date(day).unwrap().plus_months(months).date();
        assert_eq!(later("2025-01-15", 13), "2026-02-15");
        assert_eq!(later("2025-01-31", 13), "2026-02-28");
        assert_eq!(later("2023-01-31", 13), "2024-02-29");
        assert_eq!(later("2025-12-01", 1), "2026-01-01");
        assert_eq!(later("9999-12-01", 13), "9999-12-31");
        for bad in ["2025-1-015", "2025-02-30", "2025-01-01T00:00:00Z", ""] {
            assert_eq!(Timestamp::of_date(bad), None, "{bad}");
        }
    }

    #[test]
    fn arithmetic_stays_in_range() {
        assert_eq!(
            Timestamp::from_millis(i64::MAX).plus(days(1)).millis(),
            LAST
        );
        assert_eq!(Timestamp::EPOCH.minus(days(1)), Timestamp::EPOCH);
        assert_eq!(
            Timestamp::EPOCH.plus(days(1)).since(Timestamp::EPOCH),
            days(1)
        );
    }
}
