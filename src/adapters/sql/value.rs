//! Values on their way into the database and columns on their way out, for every driver.

use std::{borrow::Cow, str::FromStr};

use serde_json::Value as Json;
use sqlx::{ColumnIndex, Database, Decode, Row, Type};

use crate::{
    domain::{aggregate::Version, text::Text, timestamp::Timestamp},
    ports::store::StoreError,
};

/// A bound value. The variants carry the column's type even when there is no value, because
/// PostgreSQL wants to know it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SqlValue {
    Integer(Option<i64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
}

impl SqlValue {
    pub fn text(value: impl ToString) -> Self {
        Self::Text(Some(value.to_string()))
    }

    pub fn maybe<T: ToString>(value: Option<&T>) -> Self {
        Self::Text(value.map(ToString::to_string))
    }

    pub fn blob(bytes: &[u8]) -> Self {
        Self::Blob(Some(bytes.to_vec()))
    }

    pub fn integer(number: impl Into<i64>) -> Self {
        Self::Integer(Some(number.into()))
    }

    pub const fn maybe_integer(number: Option<i64>) -> Self {
        Self::Integer(number)
    }

    /// Counts above `i64::MAX` do not occur; they would fail to read back.
    pub fn count(number: u64) -> Self {
        Self::Integer(Some(i64::try_from(number).unwrap_or(-1)))
    }

    pub const fn time(at: Timestamp) -> Self {
        Self::Integer(Some(at.millis()))
    }

    pub fn maybe_time(at: Option<Timestamp>) -> Self {
        Self::Integer(at.map(Timestamp::millis))
    }

    pub const fn version(version: Version) -> Self {
        Self::Integer(Some(version.0))
    }

    pub fn json(json: &Json) -> Self {
        Self::Text(Some(json.to_string()))
    }

    pub fn maybe_json(json: Option<Json>) -> Self {
        Self::Text(json.map(|json| json.to_string()))
    }
}

/// A stored row cannot be read as what it should be: corruption or a foreign hand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("reading column `{column}`: {reason}")]
pub struct Unreadable {
    pub column: String,
    pub reason: String,
}

impl Unreadable {
    pub fn new(column: impl Into<String>, reason: impl ToString) -> Self {
        Self {
            column: column.into(),
            reason: reason.to_string(),
        }
    }
}

impl From<Unreadable> for StoreError {
    fn from(error: Unreadable) -> Self {
        Self(error.to_string())
    }
}

/// A row of any driver.
pub trait Columns: Send + Sync {
    /// # Errors
    /// When there is no such column or it holds another type.
    fn integer(&self, column: &str) -> Result<Option<i64>, Unreadable>;
    /// # Errors
    /// When there is no such column or it holds another type.
    fn string(&self, column: &str) -> Result<Option<String>, Unreadable>;
    /// # Errors
    /// When there is no such column or it holds another type.
    fn bytes(&self, column: &str) -> Result<Option<Vec<u8>>, Unreadable>;
}

impl<R> Columns for R
where
    R: Row,
    for<'c> &'c str: ColumnIndex<R>,
    for<'r> i64: Decode<'r, <R as Row>::Database> + Type<<R as Row>::Database>,
    for<'r> i32: Decode<'r, <R as Row>::Database> + Type<<R as Row>::Database>,
    for<'r> String: Decode<'r, <R as Row>::Database> + Type<<R as Row>::Database>,
    for<'r> Vec<u8>: Decode<'r, <R as Row>::Database> + Type<<R as Row>::Database>,
    <R as Row>::Database: Database,
{
    fn integer(&self, column: &str) -> Result<Option<i64>, Unreadable> {
        // To PostgreSQL a number in the text of a query is one of 32 bits, a column has 64.
        let small = |_| {
            let small = self.try_get::<Option<i32>, _>(column);
            small.map(|number| number.map(i64::from))
        };
        self.try_get::<Option<i64>, _>(column)
            .or_else(small)
            .map_err(|e| Unreadable::new(column, e))
    }

    fn string(&self, column: &str) -> Result<Option<String>, Unreadable> {
        self.try_get::<Option<String>, _>(column)
            .map_err(|e| Unreadable::new(column, e))
    }

    fn bytes(&self, column: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        self.try_get::<Option<Vec<u8>>, _>(column)
            .map_err(|e| Unreadable::new(column, e))
    }
}

/// Reads a row's columns as the domain's values. `prefix` tells the tables of a join apart.
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    row: &'a dyn Columns,
    prefix: &'static str,
}

impl<'a> Fields<'a> {
    pub fn of(row: &'a dyn Columns) -> Self {
        Self { row, prefix: "" }
    }

    pub fn prefixed(row: &'a dyn Columns, prefix: &'static str) -> Self {
        Self { row, prefix }
    }

    /// The columns of a left join's table; none when no row of it was joined.
    pub fn joined(row: &'a dyn Columns, prefix: &'static str) -> Result<Option<Self>, Unreadable> {
        let fields = Self::prefixed(row, prefix);
        Ok(fields.maybe_string("id")?.map(|_| fields))
    }

    fn name<'c>(&self, column: &'c str) -> Cow<'c, str> {
        if self.prefix.is_empty() {
            Cow::Borrowed(column)
        } else {
            Cow::Owned([self.prefix, column].concat())
        }
    }

    pub fn maybe_integer(&self, column: &str) -> Result<Option<i64>, Unreadable> {
        self.row.integer(&self.name(column))
    }

    pub fn maybe_string(&self, column: &str) -> Result<Option<String>, Unreadable> {
        self.row.string(&self.name(column))
    }

    pub fn maybe_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        self.row.bytes(&self.name(column))
    }

    pub fn integer(&self, column: &str) -> Result<i64, Unreadable> {
        there(column, self.maybe_integer(column)?)
    }

    pub fn string(&self, column: &str) -> Result<String, Unreadable> {
        there(column, self.maybe_string(column)?)
    }

    pub fn bytes(&self, column: &str) -> Result<Vec<u8>, Unreadable> {
        there(column, self.maybe_bytes(column)?)
    }

    /// An integer in the range of `N`.
    pub fn number<N: TryFrom<i64>>(&self, column: &str) -> Result<N, Unreadable> {
        N::try_from(self.integer(column)?).map_err(|_| Unreadable::new(column, "out of range"))
    }

    /// The answer of a condition.
    pub fn flag(&self, column: &str) -> Result<bool, Unreadable> {
        Ok(self.integer(column)? != 0)
    }

    pub fn array<const N: usize>(&self, column: &str) -> Result<[u8; N], Unreadable> {
        let bytes = self.bytes(column)?;
        bytes
            .try_into()
            .map_err(|_| Unreadable::new(column, "not of the expected length"))
    }

    pub fn time(&self, column: &str) -> Result<Timestamp, Unreadable> {
        self.integer(column).map(Timestamp::from_millis)
    }

    pub fn maybe_time(&self, column: &str) -> Result<Option<Timestamp>, Unreadable> {
        Ok(self.maybe_integer(column)?.map(Timestamp::from_millis))
    }

    pub fn version(&self) -> Result<Version, Unreadable> {
        self.integer("version").map(Version)
    }

    /// Whatever the type reads from its own `Display`.
    pub fn parsed<T: FromStr>(&self, column: &str) -> Result<T, Unreadable> {
        self.with(column, |text| text.parse().ok())
    }

    pub fn maybe_parsed<T: FromStr>(&self, column: &str) -> Result<Option<T>, Unreadable> {
        self.maybe_with(column, |text| text.parse().ok())
    }

    /// A value by its name or other text form.
    pub fn with<T>(
        &self,
        column: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Unreadable> {
        there(column, self.maybe_with(column, read)?)
    }

    pub fn maybe_with<T>(
        &self,
        column: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Unreadable> {
        let Some(text) = self.maybe_string(column)? else {
            return Ok(None);
        };
        let value = read(&text).ok_or_else(|| Unreadable::new(column, "not a known value"))?;
        Ok(Some(value))
    }

    pub fn text<const MAX: usize>(&self, column: &str) -> Result<Text<MAX>, Unreadable> {
        self.with(column, |text| Text::parse(text).ok())
    }

    pub fn maybe_text<const MAX: usize>(
        &self,
        column: &str,
    ) -> Result<Option<Text<MAX>>, Unreadable> {
        self.maybe_with(column, |text| Text::parse(text).ok())
    }

    pub fn json(&self, column: &str) -> Result<Json, Unreadable> {
        self.with(column, |text| serde_json::from_str(text).ok())
    }

    pub fn maybe_json(&self, column: &str) -> Result<Option<Json>, Unreadable> {
        self.maybe_with(column, |text| serde_json::from_str(text).ok())
    }
}

fn there<T>(column: &str, value: Option<T>) -> Result<T, Unreadable> {
    value.ok_or_else(|| Unreadable::new(column, "there is no value"))
}
