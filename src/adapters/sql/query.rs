//! Reading queries as data, so that every driver runs the same ones.

use async_trait::async_trait;

use super::value::{Columns, SqlValue, Unreadable};
use crate::{
    policy::access::ReadScope,
    ports::{
        content_seal::ContentSeal,
        store::{Page, StoreError},
    },
};

/// A `SELECT` with its values; placeholders are `$1`, `$2`, …
#[derive(Clone, Debug)]
pub struct Query {
    pub sql: String,
    pub values: Vec<SqlValue>,
}

/// A driver's pool for reading. Every reading port is implemented on top of it once.
#[async_trait]
pub trait Fetch: Send + Sync {
    type Row: Columns;

    /// # Errors
    /// When the database cannot answer.
    async fn fetch(&self, query: Query) -> Result<Vec<Self::Row>, StoreError>;

    /// The first row, if any.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn fetch_first(&self, query: Query) -> Result<Option<Self::Row>, StoreError>;

    /// Who opens what evidence holds.
    fn contents(&self) -> &dyn ContentSeal;

    /// Whether no other process can write: then every other start of the daemon is dead.
    fn is_sole_writer(&self) -> bool;
}

/// Reads every row through `read`.
pub async fn all<F: Fetch, T>(
    store: &F,
    query: Query,
    read: impl Fn(&dyn Columns) -> Result<T, Unreadable>,
) -> Result<Vec<T>, StoreError> {
    let rows = store.fetch(query).await?;
    let read = |row: &F::Row| read(row).map_err(StoreError::from);
    rows.iter().map(read).collect()
}

/// The first row, if any.
pub async fn first<F: Fetch, T>(
    store: &F,
    query: Query,
    read: impl Fn(&dyn Columns) -> Result<T, Unreadable>,
) -> Result<Option<T>, StoreError> {
    let row = store.fetch_first(query).await?;
    Ok(row.map(|row| read(&row)).transpose()?)
}

impl Query {
    /// `SELECT * FROM table`, to be narrowed; ends in a condition that is always true.
    #[must_use]
    pub fn from(table: &'static str) -> Self {
        Self::new(&format!("SELECT * FROM {table} WHERE 1 = 1"))
    }

    /// Text of this program's own, never of a client's.
    #[must_use]
    pub fn new(sql: &str) -> Self {
        Self {
            sql: sql.to_owned(),
            values: Vec::new(),
        }
    }

    #[must_use]
    pub fn sql(mut self, sql: &str) -> Self {
        self.sql.push_str(sql);
        self
    }

    #[must_use]
    pub fn bind(mut self, value: SqlValue) -> Self {
        self.values.push(value);
        let place = format!("${}", self.values.len());
        self.sql.push_str(&place);
        self
    }

    /// `AND column = value`.
    #[must_use]
    pub fn eq(self, column: &'static str, value: SqlValue) -> Self {
        self.sql(" AND ").sql(column).sql(" = ").bind(value)
    }

    /// `AND column IN (…)`; nothing when `values` is empty.
    #[must_use]
    pub fn any(self, column: &'static str, values: Vec<SqlValue>) -> Self {
        if values.is_empty() {
            return self;
        }
        let mut query = self.sql(" AND ").sql(column).sql(" IN (");
        for (n, value) in values.into_iter().enumerate() {
            query = query.sql(if n == 0 { "" } else { ", " }).bind(value);
        }
        query.sql(")")
    }

    /// What the scope may see: what is not yours is not there.
    #[must_use]
    pub fn visible_to(self, scope: &ReadScope) -> Self {
        let mut query = self;
        if let Some(ra) = scope.ra() {
            query = query.eq("ra", SqlValue::text(ra));
        }
        if let Some(customer) = scope.customer() {
            query = query.eq("customer", SqlValue::text(customer));
        }
        query
    }

    /// Newest first, after the cursor (keyset).
    #[must_use]
    pub fn page(self, page: &Page) -> Self {
        let mut query = self;
        if let Some(after) = &page.after {
            query = query
                .sql(" AND (created_at, id) < (")
                .bind(SqlValue::time(after.created_at))
                .sql(", ")
                .bind(SqlValue::text(&after.id))
                .sql(")");
        }
        query
            .sql(" ORDER BY created_at DESC, id DESC")
            .limit(page.limit)
    }

    #[must_use]
    pub fn limit(self, limit: u32) -> Self {
        self.sql(" LIMIT ").bind(SqlValue::integer(limit))
    }
}
