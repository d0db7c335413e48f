//! Instants as people read them: by the clock of a place, which is named, and in UTC (flows 5.14).
//!
//! Knows nothing of a reader's own place: one zone is told to everybody.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::domain::timestamp::Timestamp;

/// The clock that people go by.
#[derive(Clone, Debug, Default)]
pub struct LocalTime {
    /// `None`: UTC alone.
    zone: Option<TimeZone>,
}

/// No zone has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the name of a time zone as in the IANA database, such as Europe/Warsaw")]
pub struct UnknownZone;

impl LocalTime {
    /// By the name of the IANA database, whose rules are built in.
    ///
    /// # Errors
    /// When it has no zone of this name.
    pub fn of(name: &str) -> Result<Self, UnknownZone> {
        let zone = TimeZoneDatabase::bundled().get(name);
        let zone = zone.map_err(|_| UnknownZone)?;
        Ok(Self {
            zone: (zone != TimeZone::UTC).then_some(zone),
        })
    }

    /// `2026-11-22 18:42 CET (17:42 UTC)`; the day in UTC too where it is another.
    #[must_use]
    pub fn minute(&self, at: Timestamp) -> String {
        let (utc_day, utc) = day_and_minute(at);
        match self.shown(at) {
            None => format!("{utc_day} {utc} UTC"),
            Some((shown, zone)) => {
                let (day, minute) = day_and_minute(shown);
                if day == utc_day {
                    format!("{day} {minute} {zone} ({utc} UTC)")
                } else {
                    format!("{day} {minute} {zone} ({utc_day} {utc} UTC)")
                }
            }
        }
    }

    /// `2026-11-22`.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> String {
        let shown = self.shown(at).map_or(at, |(shown, _)| shown);
        day_and_minute(shown).0
    }

    /// What a clock there shows, as if it were UTC, and what its time is called then.
    fn shown(&self, at: Timestamp) -> Option<(Timestamp, String)> {
        let zone = self.zone.as_ref()?;
        let instant = jiff::Timestamp::from_millisecond(at.millis()).ok()?;
        let then = zone.to_offset_info(instant);
        let ahead = i64::from(then.offset().seconds()).saturating_mul(1000);
        let shown = Timestamp::from_millis(at.millis().saturating_add(ahead));
        Some((shown, then.abbreviation().to_owned()))
    }
}

fn day_and_minute(at: Timestamp) -> (String, String) {
    let text = at.to_string();
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    (day.to_owned(), time.chars().take(5).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_named_and_utc_stands_beside_it() {
        let minute =
            |zone: &str, at: &str| LocalTime::of(zone).unwrap().minute(at.parse().unwrap());
        for (zone, at, expected) in [
            (
                "Europe/Warsaw",
                "2026-11-22T17:42:59.999Z",
                "2026-11-22 18:42 CET (17:42 UTC)",
            ),
            (
                "Europe/Warsaw",
                "2026-07-01T08:15:00Z",
                "2026-07-01 10:15 CEST (08:15 UTC)",
            ),
            // The hour that comes twice is told apart by its name.
            (
                "Europe/Warsaw",
                "2026-10-25T00:30:00Z",
                "2026-10-25 02:30 CEST (00:30 UTC)",
            ),
            (
                "Europe/Warsaw",
                "2026-10-25T01:30:00Z",
                "2026-10-25 02:30 CET (01:30 UTC)",
            ),
            (
                "Europe/Warsaw",
                "2026-12-31T23:30:00Z",
                "2027-01-01 00:30 CET (2026-12-31 23:30 UTC)",
            ),
            (
                "America/New_York",
                "2026-11-22T03:00:00Z",
                "2026-11-21 22:00 EST (2026-11-22 03:00 UTC)",
            ),
            (
                "Asia/Kathmandu",
                "2026-11-22T12:00:00Z",
                "2026-11-22 17:45 +0545 (12:00 UTC)",
            ),
            ("UTC", "2026-11-22T17:42:00Z", "2026-11-22 17:42 UTC"),
        ] {
            assert_eq!(minute(zone, at), expected);
        }
        let at = "2026-12-31T23:30:00Z".parse().unwrap();
        assert_eq!(LocalTime::default().minute(at), "2026-12-31 23:30 UTC");
        assert_eq!(LocalTime::default().day(at), "2026-12-31");
        assert_eq!(
            LocalTime::of("Europe/Warsaw").unwrap().day(at),
            "2027-01-01"
        );
    }

    #[test]
    fn what_names_no_zone_is_refused() {
        for name in [
            "",
            "Europe/Warszawa",
            "CET+1",
            "../../etc/localtime",
            "+01:00",
        ] {
            assert_eq!(LocalTime::of(name).unwrap_err(), UnknownZone, "{name}");
        }
    }
}
