//! The owners' feed, in the order of the log.

use async_trait::async_trait;

use super::{
    owner,
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        feed::{FeedKind, Told},
        timestamp::Timestamp,
    },
    policy::access::ReadScope,
    ports::store::{
        StoreError,
        catalogue::{Feed, FeedLine},
    },
};

pub static TABLE: Table = Table {
    name: "feed",
    key: 2,
    columns: &[
        "ra",
        "pos",
        "customer",
        "type",
        "object",
        "order_id",
        "created_at",
    ],
    fixed: &[],
    kept: &[],
};

/// The line at the position of its entry.
#[must_use]
pub fn record(told: &Told, pos: i64, time: Timestamp) -> Record {
    let [ra, customer] = owner::columns(&told.owner);
    vec![
        ra,
        SqlValue::integer(pos),
        customer,
        SqlValue::text(told.kind.name()),
        SqlValue::text(&told.object),
        SqlValue::maybe(told.order.as_ref()),
        SqlValue::time(time),
    ]
}

fn read(row: &dyn Columns) -> Result<FeedLine, Unreadable> {
    let row = Fields::of(row);
    Ok(FeedLine {
        pos: row.integer("pos")?,
        told: Told {
            kind: row.with("type", FeedKind::from_name)?,
            owner: owner::read(row)?,
            object: row.string("object")?,
            order: row.maybe_parsed("order_id")?,
        },
        occurred_at: row.time("created_at")?,
    })
}

#[async_trait]
impl<F: Fetch> Feed for F {
    async fn feed(
        &self,
        scope: &ReadScope,
        after: i64,
        limit: u32,
    ) -> Result<Vec<FeedLine>, StoreError> {
        // The places first, by the index of the scope: asked at once, the frontend's whole feed
        // would be walked for one customer's lines.
        let places = "SELECT * FROM feed WHERE pos IN (SELECT pos FROM feed WHERE 1 = 1";
        let query = Query::new(places)
            .visible_to(scope)
            .sql(" AND pos > ")
            .bind(SqlValue::integer(after))
            .sql(" ORDER BY pos")
            .limit(limit)
            .sql(") ORDER BY pos");
        all(self, query, read).await
    }

    async fn feed_end(&self, scope: &ReadScope) -> Result<i64, StoreError> {
        let end = "SELECT coalesce(max(pos), 0) AS pos FROM feed WHERE 1 = 1";
        let query = Query::new(end).visible_to(scope);
        let end = first(self, query, |row| Fields::of(row).integer("pos")).await?;
        Ok(end.unwrap_or_default())
    }
}
