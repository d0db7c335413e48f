//! Claimed Idempotency-Keys and their answers.

use async_trait::async_trait;

use super::{
    query::{Fetch, Query, first},
    table::{Key, Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        idempotency::{Answer, IdempotencyClaim, IdempotencyKey, StoredRequest},
        owner::{IdentityName, Owner},
        text::Text,
        timestamp::Timestamp,
    },
    ports::store::{StoreError, catalogue::Requests},
};

/// No customer is the empty string: a NULL in a unique key would make it unique to nobody.
pub static TABLE: Table = Table {
    name: "idempotency",
    key: 4,
    columns: &[
        "identity",
        "ra",
        "customer",
        "key",
        "request_sha256",
        "act",
        "claimed_at",
        "status",
        "location",
        "etag",
        "body",
    ],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn key(key: &IdempotencyKey) -> Key {
    let customer = key.owner.customer.as_ref();
    vec![
        SqlValue::text(&key.identity),
        SqlValue::text(&key.owner.ra),
        SqlValue::text(customer.map(Text::as_str).unwrap_or_default()),
        SqlValue::text(&key.key),
    ]
}

/// Values of the columns `status`, `location`, `etag`, `body`.
#[must_use]
pub fn answer(answer: Option<&Answer>) -> [SqlValue; 4] {
    [
        SqlValue::Integer(answer.map(|answer| i64::from(answer.status))),
        SqlValue::Text(answer.and_then(|answer| answer.location.clone())),
        SqlValue::Text(answer.and_then(|answer| answer.etag.clone())),
        SqlValue::Blob(answer.map(|answer| answer.body.clone())),
    ]
}

#[must_use]
pub fn record(claim: &IdempotencyClaim, answered: Option<&Answer>, at: Timestamp) -> Record {
    let mut record = key(&claim.key);
    record.push(SqlValue::blob(&claim.request_sha256));
    record.push(SqlValue::text(&claim.act));
    record.push(SqlValue::time(at));
    record.extend(answer(answered));
    record
}

fn read(row: &dyn Columns) -> Result<StoredRequest, Unreadable> {
    let row = Fields::of(row);
    let customer = row.string("customer")?;
    let customer = match customer.as_str() {
        "" => None,
        text => Some(Text::parse(text).map_err(|e| Unreadable::new("customer", e))?),
    };
    let key = IdempotencyKey {
        identity: row.with("identity", IdentityName::parse)?,
        owner: Owner {
            ra: row.with("ra", IdentityName::parse)?,
            customer,
        },
        key: row.string("key")?,
    };
    let claim = IdempotencyClaim {
        key,
        request_sha256: row.array("request_sha256")?,
        act: row.string("act")?,
    };
    Ok(StoredRequest {
        claim,
        answer: read_answer(row)?,
    })
}

fn read_answer(row: Fields<'_>) -> Result<Option<Answer>, Unreadable> {
    let Some(status) = row.maybe_integer("status")? else {
        return Ok(None);
    };
    Ok(Some(Answer {
        status: u16::try_from(status).map_err(|e| Unreadable::new("status", e))?,
        location: row.maybe_string("location")?,
        etag: row.maybe_string("etag")?,
        body: row.bytes("body")?,
    }))
}

#[async_trait]
impl<F: Fetch> Requests for F {
    async fn request(&self, wanted: &IdempotencyKey) -> Result<Option<StoredRequest>, StoreError> {
        let mut query = Query::from("idempotency");
        for (column, value) in TABLE.key_columns().iter().zip(key(wanted)) {
            query = query.eq(column, value);
        }
        first(self, query, read).await
    }

    async fn request_of_act(&self, act: &str) -> Result<Option<StoredRequest>, StoreError> {
        let query = Query::from("idempotency")
            .eq("act", SqlValue::text(act))
            .sql(" ORDER BY claimed_at")
            .limit(1);
        first(self, query, read).await
    }
}
