//! The two columns that say whose a row is.

use super::value::{Fields, SqlValue, Unreadable};
use crate::domain::owner::{IdentityName, Owner};

/// Values of the columns `ra`, `customer`.
#[must_use]
pub fn columns(owner: &Owner) -> [SqlValue; 2] {
    [
        SqlValue::text(&owner.ra),
        SqlValue::maybe(owner.customer.as_ref()),
    ]
}

pub fn read(row: Fields<'_>) -> Result<Owner, Unreadable> {
    Ok(Owner {
        ra: row.with("ra", IdentityName::parse)?,
        customer: row.maybe_text("customer")?,
    })
}
