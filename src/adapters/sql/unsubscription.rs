//! Wishes about reminders.

use super::{
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::domain::{
    aggregate::{Loaded, Version},
    mail::reminders::{ReminderGroup, Unsubscription, Wish},
};

pub static TABLE: Table = Table {
    name: "unsubscription",
    key: 1,
    columns: &[
        "id",
        "version",
        "address",
        "reminders",
        "wish",
        "created_at",
        "updated_at",
    ],
    fixed: &["address", "reminders", "created_at"],
    kept: &[],
};

#[must_use]
pub fn record(wish: &Unsubscription, version: Version) -> Record {
    vec![
        SqlValue::text(wish.id),
        SqlValue::version(version),
        SqlValue::text(&wish.address),
        SqlValue::text(wish.reminders.name()),
        SqlValue::text(wish.wish.name()),
        SqlValue::time(wish.created_at),
        SqlValue::time(wish.updated_at),
    ]
}

pub(super) fn read(row: &dyn Columns) -> Result<Loaded<Unsubscription>, Unreadable> {
    let row = Fields::of(row);
    let wish = Unsubscription {
        id: row.parsed("id")?,
        address: row.string("address")?,
        reminders: row.with("reminders", ReminderGroup::from_name)?,
        wish: row.with("wish", Wish::from_name)?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    };
    Ok(Loaded::restore(wish, row.version()?))
}
