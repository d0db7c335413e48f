//! What one of the CA's people proposes and another one does, and the rule that they are two.
//!
//! Does not know who may propose and who must confirm: `policy::access` does. Words that are
//! signed (cases, mailbox validations) are more than this and stand with what they are about.

use std::{fmt, str::FromStr};

use super::{owner::IdentityName, refusal::Refused};

/// One of a closed list, with its stable name.
pub trait Named: Copy + PartialEq + 'static {
    const LIST: &'static [Self];

    fn name(self) -> &'static str;
}

/// What shall be done, and who said so first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed<T> {
    pub what: T,
    pub by: String,
}

impl<T: Named> Proposed<T> {
    #[must_use]
    pub fn new(what: T, by: &IdentityName) -> Self {
        Self {
            what,
            by: by.as_str().to_owned(),
        }
    }

    /// The proposal that `person` confirms by wanting the same.
    ///
    /// # Errors
    /// 409 `proposal-missing` when nobody has proposed that; 403 `same-officer` for who has.
    pub fn confirmed<'a>(
        proposed: Option<&'a Self>,
        what: T,
        person: &IdentityName,
    ) -> Result<&'a Self, Refused> {
        let proposed = proposed.filter(|known| known.what == what);
        let proposed = proposed.ok_or_else(|| Refused::state("proposal-missing"))?;
        if proposed.by == person.as_str() {
            return Err(Refused::forbidden("same-officer"));
        }
        Ok(proposed)
    }
}

/// `resume eva`.
impl<T: Named> fmt::Display for Proposed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what.name(), self.by)
    }
}

impl<T: Named> FromStr for Proposed<T> {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (what, by) = text.split_once(' ').ok_or(())?;
        let mut list = T::LIST.iter().copied();
        Ok(Self {
            what: list.find(|known| known.name() == what).ok_or(())?,
            by: by.to_owned(),
        })
    }
}
