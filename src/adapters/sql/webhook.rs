//! Webhooks, and what is booked of their deliveries.

use std::collections::BTreeSet;

use async_trait::async_trait;
use serde_json::Value as Json;

use super::{
    json, owner,
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        feed::FeedKind,
        id::WebhookId,
        owner::Owner,
        webhook::{
            Webhook, WebhookState,
            progress::{Attempt, Outcome, Progress},
        },
    },
    policy::access::ReadScope,
    ports::store::{Page, StoreError, webhooks::Webhooks},
};

/// The condition of the index over those that are there; it stands here word for word.
const THERE: &str = " AND state <> 'deleted'";

pub static TABLE: Table = Table {
    name: "webhook",
    key: 1,
    columns: &[
        "id",
        "version",
        "ra",
        "customer",
        "place",
        "url",
        "types",
        "state",
        "round",
        "begins_after",
        "created_at",
        "updated_at",
        "booked_round",
        "delivered",
        "failures",
        "failing_since",
        "last_at",
        "last_outcome",
        "last_status",
    ],
    fixed: &["ra", "customer", "place", "url", "types", "created_at"],
    // Booked beside the transitions, never by them.
    kept: &[
        "booked_round",
        "delivered",
        "failures",
        "failing_since",
        "last_at",
        "last_outcome",
        "last_status",
    ],
};

#[must_use]
pub fn record(webhook: &Webhook, version: Version) -> Record {
    let [ra, customer] = owner::columns(&webhook.owner);
    let types = webhook.types.iter().map(|kind| Json::from(kind.name()));
    let mut record = vec![
        SqlValue::text(webhook.id),
        SqlValue::version(version),
        ra,
        customer,
        SqlValue::integer(webhook.place),
        SqlValue::text(&webhook.url),
        SqlValue::json(&Json::Array(types.collect())),
        SqlValue::text(webhook.state.name()),
        SqlValue::integer(webhook.round),
        SqlValue::integer(webhook.begins_after),
        SqlValue::time(webhook.created_at),
        SqlValue::time(webhook.updated_at),
    ];
    record.extend(booked(&webhook.booked).map(|(_, value)| value));
    record
}

/// The columns of what is booked, with their values.
#[must_use]
pub fn booked(progress: &Progress) -> [(&'static str, SqlValue); 7] {
    let last = progress.last;
    let outcome = last.map(|last| last.outcome.name());
    let status = last.and_then(|last| last.status);
    [
        ("booked_round", SqlValue::integer(progress.round)),
        ("delivered", SqlValue::integer(progress.delivered)),
        ("failures", SqlValue::integer(progress.failures)),
        (
            "failing_since",
            SqlValue::maybe_time(progress.failing_since),
        ),
        ("last_at", SqlValue::maybe_time(last.map(|last| last.at))),
        ("last_outcome", SqlValue::maybe(outcome.as_ref())),
        ("last_status", SqlValue::Integer(status.map(i64::from))),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<Webhook>, Unreadable> {
    let row = Fields::of(row);
    let webhook = Webhook {
        id: row.parsed("id")?,
        owner: owner::read(row)?,
        place: row.number("place")?,
        url: row.text("url")?,
        types: json::strings("types", &row.json("types")?, FeedKind::from_name)?,
        state: row.with("state", WebhookState::from_name)?,
        round: row.number("round")?,
        begins_after: row.integer("begins_after")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        booked: Progress {
            round: row.number("booked_round")?,
            delivered: row.integer("delivered")?,
            failures: row.number("failures")?,
            failing_since: row.maybe_time("failing_since")?,
            last: last(row)?,
        },
    };
    Ok(Loaded::restore(webhook, row.version()?))
}

fn last(row: Fields<'_>) -> Result<Option<Attempt>, Unreadable> {
    let Some(at) = row.maybe_time("last_at")? else {
        return Ok(None);
    };
    let status = row.maybe_integer("last_status")?;
    let status = status.map(u16::try_from).transpose();
    Ok(Some(Attempt {
        at,
        outcome: row.with("last_outcome", Outcome::from_name)?,
        status: status.map_err(|error| Unreadable::new("last_status", error))?,
    }))
}

#[async_trait]
impl<F: Fetch> Webhooks for F {
    async fn webhook(
        &self,
        scope: &ReadScope,
        id: WebhookId,
    ) -> Result<Option<Loaded<Webhook>>, StoreError> {
        let query = Query::from("webhook")
            .eq("id", SqlValue::text(id))
            .sql(THERE)
            .visible_to(scope);
        first(self, query, read).await
    }

    async fn webhooks(
        &self,
        scope: &ReadScope,
        page: &Page,
    ) -> Result<Vec<Loaded<Webhook>>, StoreError> {
        let query = Query::from("webhook").sql(THERE).visible_to(scope);
        all(self, query.page(page), read).await
    }

    async fn webhooks_of(
        &self,
        owner: &Owner,
        limit: u32,
    ) -> Result<Vec<Loaded<Webhook>>, StoreError> {
        let query = Query::from("webhook")
            .sql(THERE)
            .eq("ra", SqlValue::text(&owner.ra));
        let query = match &owner.customer {
            Some(customer) => query.eq("customer", SqlValue::text(customer)),
            None => query.sql(" AND customer IS NULL"),
        };
        all(self, query.limit(limit), read).await
    }

    async fn listening(&self, owners: &[Owner]) -> Result<Vec<Loaded<Webhook>>, StoreError> {
        let active = || {
            Query::from("webhook")
                .sql(THERE)
                .sql(" AND state = 'active'")
        };
        let frontends: BTreeSet<_> = owners.iter().map(|owner| &owner.ra).collect();
        if frontends.is_empty() {
            return Ok(Vec::new());
        }
        let frontends = frontends.into_iter().map(SqlValue::text).collect();
        let whole = active().any("ra", frontends).sql(" AND customer IS NULL");
        let mut found = all(self, whole, read).await?;
        let customers = owners.iter().filter_map(|owner| {
            let customer = owner.customer.as_ref()?;
            Some((&owner.ra, customer))
        });
        let mut query = Query::new("WITH v(ra, customer) AS (VALUES ");
        let mut next = "(";
        for (ra, customer) in customers {
            query = query
                .sql(next)
                .bind(SqlValue::text(ra))
                .sql(", ")
                .bind(SqlValue::text(customer))
                .sql(")");
            next = ", (";
        }
        if next != "(" {
            // Each looked up by the index of owners.
            let query = query.sql(
                ") SELECT t.* FROM v CROSS JOIN webhook AS t WHERE t.ra = v.ra \
                 AND t.customer = v.customer AND t.state <> 'deleted' AND t.state = 'active'",
            );
            found.extend(all(self, query, read).await?);
        }
        Ok(found)
    }
}
