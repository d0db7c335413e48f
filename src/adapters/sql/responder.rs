//! Delegated OCSP signing certificates.

use async_trait::async_trait;

use super::{
    query::{Fetch, Query, all, first},
    table::{Key, Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        id::BootId,
        intent::{IntentState, IssuerName},
        lint_record::LintRecord,
        responder::Responder,
        signing::KeyName,
        timestamp::Timestamp,
    },
    ports::store::{StoreError, responders::Responders},
};

/// Serials are lower-case hex, as they stand in the audit log.
pub static TABLE: Table = Table {
    name: "responder",
    key: 2,
    columns: &[
        "issuer",
        "serial",
        "version",
        "key_name",
        "tbs",
        "tbs_sha256",
        "der",
        "not_before",
        "not_after",
        "lint_rules",
        "lint_findings",
        "boot",
        "state",
        "recorded_at",
        "settled_at",
    ],
    fixed: &[
        "key_name",
        "tbs_sha256",
        "not_before",
        "not_after",
        "lint_rules",
        "boot",
        "recorded_at",
    ],
    kept: &["tbs", "lint_findings"],
};

/// Valid ones at one time that are listed.
const VALID: u32 = 100;

#[must_use]
pub fn record(responder: &Responder, version: Version) -> Record {
    let mut record = key(&responder.issuer, &responder.serial);
    record.extend([
        SqlValue::version(version),
        SqlValue::text(&responder.key),
        SqlValue::blob(&responder.tbs),
        SqlValue::blob(&responder.tbs_sha256),
        SqlValue::blob(&responder.der),
        SqlValue::time(responder.not_before),
        SqlValue::time(responder.not_after),
        SqlValue::text(&responder.lint.rules),
        SqlValue::text(responder.lint.names()),
        SqlValue::text(responder.boot),
        SqlValue::text(responder.state.name()),
        SqlValue::time(responder.recorded_at),
        SqlValue::maybe_time(responder.settled_at),
    ]);
    record
}

/// The key of a serial, here and among the intents of leaves.
#[must_use]
pub fn key(issuer: &IssuerName, serial: &[u8]) -> Key {
    vec![SqlValue::text(issuer), SqlValue::text(hex::encode(serial))]
}

fn read(row: &dyn Columns) -> Result<Loaded<Responder>, Unreadable> {
    let row = Fields::of(row);
    let responder = Responder {
        issuer: row.with("issuer", IssuerName::parse)?,
        serial: row.with("serial", |text| hex::decode(text).ok())?,
        key: row.with("key_name", KeyName::parse)?,
        tbs: row.bytes("tbs")?,
        tbs_sha256: row.array("tbs_sha256")?,
        der: row.bytes("der")?,
        not_before: row.time("not_before")?,
        not_after: row.time("not_after")?,
        lint: LintRecord::restore(row.string("lint_rules")?, &row.string("lint_findings")?),
        boot: row.parsed("boot")?,
        state: row.with("state", IntentState::from_name)?,
        recorded_at: row.time("recorded_at")?,
        settled_at: row.maybe_time("settled_at")?,
    };
    Ok(Loaded::restore(responder, row.version()?))
}

fn valid(query: Query, now: Timestamp) -> Query {
    query
        .eq("state", SqlValue::text(IntentState::Issued.name()))
        .sql(" AND not_before <= ")
        .bind(SqlValue::time(now))
        .sql(" AND not_after >= ")
        .bind(SqlValue::time(now))
        .sql(" ORDER BY recorded_at DESC, issuer, serial")
}

#[async_trait]
impl<F: Fetch> Responders for F {
    async fn current(
        &self,
        issuer: &IssuerName,
        now: Timestamp,
    ) -> Result<Option<Loaded<Responder>>, StoreError> {
        let query = Query::from("responder").eq("issuer", SqlValue::text(issuer));
        first(self, valid(query, now).limit(1), read).await
    }

    async fn unsettled_responders(
        &self,
        own: BootId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Loaded<Responder>>, StoreError> {
        let mut query = Query::new("SELECT * FROM responder WHERE state = 'recorded'");
        if !self.is_sole_writer() {
            query = query
                .sql(" AND (boot = ")
                .bind(SqlValue::text(own))
                .sql(" OR NOT EXISTS (SELECT 1 FROM instance WHERE instance.boot = responder.boot AND lease_until > ")
                .bind(SqlValue::time(now))
                .sql("))");
        }
        let query = query.sql(" ORDER BY boot, recorded_at").limit(limit);
        all(self, query, read).await
    }

    async fn valid_responders(&self, now: Timestamp) -> Result<Vec<Loaded<Responder>>, StoreError> {
        let query = valid(Query::from("responder"), now).limit(VALID);
        all(self, query, read).await
    }
}
