//! What one perspective saw at one name, in one line for people, programs and the log alike.

use std::fmt;

/// Longest words of a perspective that are kept, in characters.
const DETAIL_CAP: usize = 200;

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sight {
    /// What was looked for: the value, or a permission.
    Seen,
    /// Something else.
    Other,
    Absent,
    /// A signature is missing or wrong (DNSSEC).
    Bogus,
    /// The domain's servers do not answer the question.
    Failed,
    /// No answer in time, or none that can be believed.
    Silent,
}

impl Sight {
    pub const ALL: [Self; 6] = [
        Self::Seen,
        Self::Other,
        Self::Absent,
        Self::Bogus,
        Self::Failed,
        Self::Silent,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Other => "other",
            Self::Absent => "absent",
            Self::Bogus => "bogus",
            Self::Failed => "failed",
            Self::Silent => "silent",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sight| sight.name() == name)
    }
}

/// One perspective with what it saw; as text `NAME REGION SIGHT DETAIL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Without a space.
    by: String,
    region: String,
    pub sight: Sight,
    detail: String,
}

impl Sighting {
    /// The daemon's own resolver, which has no region of its own.
    #[must_use]
    pub fn primary(sight: Sight, detail: &str) -> Self {
        Self::of("primary", "-", sight, detail)
    }

    /// Names without spaces; `detail` is cut to one line of 200 characters.
    #[must_use]
    pub fn of(by: &str, region: &str, sight: Sight, detail: &str) -> Self {
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        let detail: String = detail.chars().map(plain).take(DETAIL_CAP).collect();
        Self {
            by: by.to_owned(),
            region: region.to_owned(),
            sight,
            detail: detail.trim().to_owned(),
        }
    }

    /// Reads a line back.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.splitn(4, ' ');
        let (by, region) = (words.next()?, words.next()?);
        let sight = Sight::from_name(words.next()?)?;
        let read = Self::of(by, region, sight, words.next()?);
        (read.to_string() == line).then_some(read)
    }

    /// The perspective's name.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.by
    }

    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl fmt::Display for Sighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            by,
            region,
            sight,
            detail,
        } = self;
        write!(f, "{by} {region} {} {detail}", sight.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let long = "ż".repeat(300);
        for detail in ["", "2 records", "a  b\nc", long.as_str()] {
            let one = Sighting::of("fra1", "ripe", Sight::Other, detail);
            assert_eq!(Sighting::parse(&one.to_string()), Some(one));
        }
        for wrong in ["", "fra1 ripe", "fra1 ripe strange x", "fra1 ripe seen"] {
            assert_eq!(Sighting::parse(wrong), None, "{wrong}");
        }
    }
}
