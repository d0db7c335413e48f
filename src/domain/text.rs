//! Text from outside, bounded and free of control characters. The bound counts characters.

use std::fmt;

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    #[error("must have {min} to {max} characters")]
    Length { min: usize, max: usize },
    #[error("must not contain control characters or begin or end with a space")]
    Characters,
}

/// 1 to `MAX` characters, no control characters (C0, C1, line and paragraph separators, bidi
/// controls), no white space at the ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// # Errors
    /// When the text breaks a bound of the type.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let count = text.chars().count();
        if count == 0 || count > MAX {
            return Err(InvalidText::Length { min: 1, max: MAX });
        }
        if text.chars().any(is_control) || text.trim() != text {
            return Err(InvalidText::Characters);
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Characters that change how a line is read without being seen.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// A language the CA writes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Language {
    #[default]
    English,
    Polish,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Polish];

    /// ISO 639-1 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Polish => "pl",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
    }
}

/// ISO 3166-1 alpha-2, upper case; whether the code is assigned is policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; 2] = text.as_bytes().try_into().ok()?;
        code.iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(code))
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.0;
        write!(f, "{}{}", char::from(first), char::from(second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_count_characters() {
        assert!(Text::<3>::parse("żół").is_ok());
        assert!(Text::<3>::parse("żółw").is_err());
        for bad in ["", " a", "a\n", "a\u{202E}b"] {
            assert!(Text::<9>::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Country::parse("PL").is_some());
        assert!(Country::parse("pl").is_none());
    }
}
