//! Validations that must not be relied on while valid certificates rest on them. Both queries walk
//! an index of what was doubted or ended, never the validations that stand.

use std::ops::Range;

use async_trait::async_trait;

use super::{
    query::{Fetch, Query, all},
    subject_data,
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{subject_data::SubjectDataState, timestamp::Timestamp},
    policy::access::ReadScope,
    ports::store::{
        Page, StoreError,
        ended::{DoubtedData, EndedValidations, Unrevoked},
    },
};

const ON_DATA: &str = "o.aggregate = 'subject_data' AND o.id = subject_data.id";
const ON_MAILBOX: &str = "o.aggregate = 'mailbox' AND o.id = mailbox.id";
/// What was taken over from a mailbox.
const ON_TAKEN_OVER: &str = "o.aggregate = 'mailbox' AND o.id = t.id";

/// The end of a subquery: valid certificates that rest on a row of the query around.
fn valid(query: Query, resting: &str, at: Timestamp) -> Query {
    query
        .sql(
            "FROM rests_on AS o JOIN certificate AS c ON c.issuer = o.issuer \
             AND c.serial = o.serial LEFT JOIN revoked AS r ON r.issuer = c.issuer \
             AND r.serial = c.serial WHERE r.serial IS NULL AND ",
        )
        .sql(resting)
        .sql(" AND c.not_after >= ")
        .bind(SqlValue::time(at))
        .sql(")")
}

/// The newest doubt first, after the cursor (keyset).
#[must_use]
pub fn doubted(scope: &ReadScope, at: Timestamp, page: &Page) -> Query {
    let query = Query::new("SELECT subject_data.*, (SELECT count(*) ");
    let query = valid(query, ON_DATA, at)
        .sql(" AS certificates FROM subject_data WHERE doubted_at IS NOT NULL AND (state = ")
        .bind(SqlValue::text(SubjectDataState::Suspended.name()))
        .sql(" OR EXISTS (SELECT 1 ");
    let mut query = valid(query, ON_DATA, at).sql(")").visible_to(scope);
    if let Some(after) = &page.after {
        query = query
            .sql(" AND (doubted_at, id) < (")
            .bind(SqlValue::time(after.created_at))
            .sql(", ")
            .bind(SqlValue::text(&after.id))
            .sql(")");
    }
    query
        .sql(" ORDER BY doubted_at DESC, id DESC")
        .limit(page.limit)
}

/// The oldest doubt first.
#[must_use]
pub fn data(doubted: Range<Timestamp>, at: Timestamp, limit: u32) -> Query {
    let query =
        Query::new("SELECT id, doubted_at AS since FROM subject_data WHERE doubted_at IS NOT NULL");
    let query = span(query, "doubted_at", doubted).sql(" AND EXISTS (SELECT 1 ");
    valid(query, ON_DATA, at)
        .sql(" ORDER BY doubted_at, id")
        .limit(limit)
}

/// The oldest end first. The states as literals: they name the partial index. What fell with
/// another validation, and what an officer has released, is not an end of its own.
#[must_use]
pub fn mailboxes(ended: Range<Timestamp>, at: Timestamp, limit: u32) -> Query {
    let query = Query::new(
        "SELECT id, updated_at AS since FROM mailbox WHERE state IN ('disowned', 'invalidated') \
         AND (state = 'disowned' OR decision IS NOT NULL)",
    );
    let query = span(query, "updated_at", ended).sql(" AND (EXISTS (SELECT 1 ");
    let query = valid(query, ON_MAILBOX, at).sql(
        " OR EXISTS (SELECT 1 FROM mailbox AS t WHERE t.reused_from = mailbox.id \
         AND t.confirmed_at IS NOT DISTINCT FROM mailbox.confirmed_at AND EXISTS (SELECT 1 ",
    );
    valid(query, ON_TAKEN_OVER, at)
        .sql(")) ORDER BY updated_at, id")
        .limit(limit)
}

fn span(query: Query, column: &str, span: Range<Timestamp>) -> Query {
    query
        .sql(" AND ")
        .sql(column)
        .sql(" >= ")
        .bind(SqlValue::time(span.start))
        .sql(" AND ")
        .sql(column)
        .sql(" < ")
        .bind(SqlValue::time(span.end))
}

fn read(row: &dyn Columns) -> Result<Unrevoked, Unreadable> {
    let row = Fields::of(row);
    Ok(Unrevoked {
        id: row.string("id")?,
        since: row.time("since")?,
    })
}

#[async_trait]
impl<F: Fetch> EndedValidations for F {
    async fn doubted_data(
        &self,
        scope: &ReadScope,
        at: Timestamp,
        page: &Page,
    ) -> Result<Vec<DoubtedData>, StoreError> {
        all(self, doubted(scope, at, page), |row| {
            let fields = Fields::of(row);
            Ok(DoubtedData {
                data: subject_data::read_fields(fields)?,
                certificates: fields.number("certificates")?,
            })
        })
        .await
    }

    async fn unrevoked_data(
        &self,
        doubted: Range<Timestamp>,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<Unrevoked>, StoreError> {
        all(self, data(doubted, at, limit), read).await
    }

    async fn unrevoked_mailboxes(
        &self,
        ended: Range<Timestamp>,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<Unrevoked>, StoreError> {
        all(self, mailboxes(ended, at, limit), read).await
    }
}
