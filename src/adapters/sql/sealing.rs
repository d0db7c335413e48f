//! What evidence holds goes into the database sealed, and no other way: a row is made from a sealed
//! unit alone. Sealed once, before the unit is queued: what is tried again is written as it was.

use std::{collections::BTreeMap, ops::Deref};

use super::value::{Fields, SqlValue, Unreadable};
use crate::{
    domain::unit::{Change, CommitError, Unit},
    ports::content_seal::{ContentSeal, SealError},
};

/// A unit, and the sealed contents of its rows by their ids.
pub struct SealedUnit {
    unit: Unit,
    contents: BTreeMap<String, Vec<u8>>,
}

impl SealedUnit {
    /// # Errors
    /// [`CommitError::Unavailable`] when something cannot be sealed: nothing is then written.
    pub fn of(unit: Unit, seal: &dyn ContentSeal) -> Result<Self, CommitError> {
        let mut contents = BTreeMap::new();
        for change in &unit.changes {
            let (id, content) = match change {
                Change::Evidence(piece) => (piece.id.to_string(), &piece.content),
                Change::DataLookup(lookup) => (lookup.id.to_string(), &lookup.content),
                _ => continue,
            };
            let sealed = seal.seal(&id, content.as_bytes());
            let refused = |error: SealError| CommitError::Unavailable(error.to_string());
            contents.insert(id, sealed.map_err(refused)?);
        }
        Ok(Self { unit, contents })
    }

    /// Of the row with this id. One that nobody sealed has no value, which its column refuses.
    pub fn content(&self, id: impl ToString) -> SqlValue {
        SqlValue::Blob(self.contents.get(&id.to_string()).cloned())
    }
}

impl Deref for SealedUnit {
    type Target = Unit;

    fn deref(&self) -> &Unit {
        &self.unit
    }
}

/// The column `content` of the row with this id.
///
/// # Errors
/// When it is not what was sealed for this row, or its key is gone.
pub fn opened(
    row: Fields<'_>,
    id: impl ToString,
    seal: &dyn ContentSeal,
) -> Result<String, Unreadable> {
    let id = id.to_string();
    let refused = |reason: &dyn ToString| {
        let reason = reason.to_string();
        Unreadable::new("content", format!("{id}: {reason}"))
    };
    let plain = seal.open(&id, &row.bytes("content")?);
    let plain = plain.map_err(|error| refused(&error))?;
    String::from_utf8(plain).map_err(|error| refused(&error))
}
