//! The block list and the holders of keys. Rows are written once; where a fingerprint
//! is a primary key it stands in hex, as every key that is looked up in batches.

use async_trait::async_trait;

use super::{
    owner,
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        id::CertificateId,
        owner::IdentityName,
        subject_key::{BlockEvidence, BlockedKey, Fingerprint, Holder, KeyHolder},
        timestamp::Timestamp,
    },
    ports::store::{
        Page, StoreError,
        subject_keys::{KeyFacts, SubjectKeyFacts},
    },
};

pub static BLOCKED: Table = Table {
    name: "blocked_key",
    key: 1,
    columns: &[
        "id",
        "algorithm",
        "bits",
        "evidence",
        "blocked_by",
        "created_at",
    ],
    fixed: &[],
    kept: &[],
};

pub static HOLDER: Table = Table {
    name: "key_holder",
    key: 1,
    columns: &["fingerprint", "ra", "customer", "identity"],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn blocked_record(blocked: &BlockedKey) -> Record {
    vec![
        SqlValue::text(blocked.id()),
        SqlValue::text(&blocked.algorithm),
        SqlValue::integer(blocked.bits),
        SqlValue::text(blocked.evidence.name()),
        SqlValue::text(&blocked.blocked_by),
        SqlValue::time(blocked.blocked_at),
    ]
}

#[must_use]
pub fn holder_record(holder: &KeyHolder) -> Record {
    let ([ra, customer], identity) = match &holder.holder {
        Holder::Subscriber(owner) => (owner::columns(owner), SqlValue::Text(None)),
        Holder::Identity(name) => ([const { SqlValue::Text(None) }; 2], SqlValue::text(name)),
    };
    let fingerprint = SqlValue::text(hex::encode(holder.fingerprint));
    vec![fingerprint, ra, customer, identity]
}

fn read(row: &dyn Columns) -> Result<BlockedKey, Unreadable> {
    let row = Fields::of(row);
    Ok(BlockedKey {
        fingerprint: row.with("id", |text| hex::decode(text).ok()?.try_into().ok())?,
        algorithm: row.string("algorithm")?,
        bits: row.number("bits")?,
        evidence: row.with("evidence", BlockEvidence::from_name)?,
        blocked_by: row.string("blocked_by")?,
        blocked_at: row.time("created_at")?,
    })
}

/// One query, always of one row.
fn facts_query(fingerprint: &Fingerprint) -> Query {
    let id = SqlValue::text(hex::encode(fingerprint));
    Query::new("SELECT CASE WHEN EXISTS (SELECT 1 FROM blocked_key WHERE 1 = 1")
        .eq("id", id.clone())
        .sql(") THEN 1 ELSE 0 END AS blocked, h.ra AS ra, h.customer AS customer, h.identity AS identity FROM (SELECT 1) AS one LEFT JOIN key_holder AS h ON h.fingerprint = ")
        .bind(id)
}

fn read_facts(row: &dyn Columns) -> Result<KeyFacts, Unreadable> {
    let row = Fields::of(row);
    let holder = if row.maybe_string("identity")?.is_some() {
        Some(Holder::Identity(row.with("identity", IdentityName::parse)?))
    } else if row.maybe_string("ra")?.is_some() {
        Some(Holder::Subscriber(owner::read(row)?))
    } else {
        None
    };
    Ok(KeyFacts {
        blocked: row.flag("blocked")?,
        holder,
    })
}

#[async_trait]
impl<F: Fetch> SubjectKeyFacts for F {
    async fn key_facts(&self, fingerprint: &Fingerprint) -> Result<KeyFacts, StoreError> {
        let facts = first(self, facts_query(fingerprint), read_facts).await?;
        facts.ok_or_else(|| StoreError("a query of one row gave none".to_owned()))
    }

    async fn blocked_key(
        &self,
        fingerprint: &Fingerprint,
    ) -> Result<Option<BlockedKey>, StoreError> {
        let id = SqlValue::text(hex::encode(fingerprint));
        first(self, Query::from("blocked_key").eq("id", id), read).await
    }

    async fn blocked_keys(&self, page: &Page) -> Result<Vec<BlockedKey>, StoreError> {
        all(self, Query::from("blocked_key").page(page), read).await
    }

    async fn valid_certificates_of_key(
        &self,
        fingerprint: &Fingerprint,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<CertificateId>, StoreError> {
        let query = Query::new("SELECT id FROM certificate AS c WHERE 1 = 1")
            .eq("key_fingerprint", SqlValue::blob(fingerprint))
            .sql(" AND not_after >= ")
            .bind(SqlValue::time(now))
            .sql(" AND NOT EXISTS (SELECT 1 FROM revoked AS r WHERE r.issuer = c.issuer AND r.serial = c.serial)")
            .sql(" ORDER BY created_at, id")
            .limit(limit);
        all(self, query, |row| Fields::of(row).parsed("id")).await
    }

    async fn certificates_of_key(
        &self,
        fingerprint: &Fingerprint,
        limit: u32,
    ) -> Result<Vec<CertificateId>, StoreError> {
        let query = Query::new("SELECT id FROM certificate WHERE 1 = 1")
            .eq("key_fingerprint", SqlValue::blob(fingerprint))
            .sql(" ORDER BY created_at DESC, id DESC")
            .limit(limit);
        all(self, query, |row| Fields::of(row).parsed("id")).await
    }
}
