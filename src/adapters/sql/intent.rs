//! Intents and what they rest on.

use async_trait::async_trait;

use super::{
    mailbox::proof_ids,
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        id::MailboxId,
        intent::{Intent, IntentState, IssuerName},
        lint_record::LintRecord,
        unit::{Aggregate, Rest},
    },
    ports::store::{
        StoreError,
        issuance::{Resting, RestsOn},
    },
};

/// Serials are lower-case hex, as they stand in the audit log.
pub static TABLE: Table = Table {
    name: "intent",
    key: 2,
    columns: &[
        "issuer",
        "serial",
        "version",
        "activation_id",
        "crl_partition",
        "tbs",
        "tbs_sha256",
        "profile",
        "profile_sha256",
        "lint_rules",
        "lint_findings",
        "not_after",
        "boot",
        "state",
        "recorded_at",
        "settled_at",
    ],
    fixed: &[
        "activation_id",
        "crl_partition",
        "tbs_sha256",
        "profile",
        "profile_sha256",
        "lint_rules",
        "not_after",
        "boot",
        "recorded_at",
    ],
    kept: &["tbs", "lint_findings"],
};

/// Which decisions rested on a row: the planner's index.
pub static RESTS_ON: Table = Table {
    name: "rests_on",
    key: 4,
    columns: &["issuer", "serial", "aggregate", "id", "row_version"],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn record(intent: &Intent, version: Version) -> Record {
    vec![
        SqlValue::text(&intent.issuer),
        SqlValue::text(hex::encode(&intent.serial)),
        SqlValue::version(version),
        SqlValue::text(intent.activation),
        SqlValue::integer(intent.partition),
        SqlValue::blob(&intent.tbs),
        SqlValue::blob(&intent.tbs_sha256),
        SqlValue::text(&intent.profile),
        SqlValue::blob(&intent.profile_sha256),
        SqlValue::text(&intent.lint.rules),
        SqlValue::text(intent.lint.names()),
        SqlValue::time(intent.not_after),
        SqlValue::text(intent.boot),
        SqlValue::text(intent.state.name()),
        SqlValue::time(intent.recorded_at),
        SqlValue::maybe_time(intent.settled_at),
    ]
}

#[must_use]
pub fn rest_record(intent: &Intent, rest: &Rest) -> Record {
    vec![
        SqlValue::text(&intent.issuer),
        SqlValue::text(hex::encode(&intent.serial)),
        SqlValue::text(rest.aggregate.name()),
        SqlValue::text(&rest.id),
        SqlValue::version(rest.version),
    ]
}

pub fn read(row: &dyn Columns) -> Result<Loaded<Intent>, Unreadable> {
    let row = Fields::of(row);
    let intent = Intent {
        issuer: row.with("issuer", IssuerName::parse)?,
        serial: row.with("serial", |text| hex::decode(text).ok())?,
        activation: row.parsed("activation_id")?,
        partition: row.number("crl_partition")?,
        tbs: row.bytes("tbs")?,
        tbs_sha256: row.array("tbs_sha256")?,
        profile: row.string("profile")?,
        profile_sha256: row.array("profile_sha256")?,
        lint: LintRecord::restore(row.string("lint_rules")?, &row.string("lint_findings")?),
        not_after: row.time("not_after")?,
        boot: row.parsed("boot")?,
        state: row.with("state", IntentState::from_name)?,
        recorded_at: row.time("recorded_at")?,
        settled_at: row.maybe_time("settled_at")?,
    };
    Ok(Loaded::restore(intent, row.version()?))
}

fn read_rest(row: &dyn Columns) -> Result<Resting, Unreadable> {
    let row = Fields::of(row);
    Ok(Resting {
        kind: row.string("aggregate")?,
        id: row.string("id")?,
        version: Version(row.integer("row_version")?),
    })
}

#[async_trait]
impl<F: Fetch> RestsOn for F {
    async fn rests_of(
        &self,
        issuer: &IssuerName,
        serial: &[u8],
    ) -> Result<Vec<Resting>, StoreError> {
        let query = Query::from("rests_on")
            .eq("issuer", SqlValue::text(issuer))
            .eq("serial", SqlValue::text(hex::encode(serial)))
            .sql(" ORDER BY aggregate, id");
        all(self, query, read_rest).await
    }

    async fn is_rested_on(&self, aggregate: Aggregate, id: &str) -> Result<bool, StoreError> {
        // From the recorded ones, which are few, to what they rest on.
        let query = Query::new(
            "SELECT serial FROM intent WHERE state = 'recorded' AND EXISTS (SELECT 1 FROM rests_on \
             AS r WHERE r.issuer = intent.issuer AND r.serial = intent.serial AND r.aggregate = ",
        )
        .bind(SqlValue::text(aggregate.name()))
        .sql(" AND r.id = ")
        .bind(SqlValue::text(id))
        .sql(")")
        .limit(1);
        let found = first(self, query, |row| Fields::of(row).string("serial"));
        Ok(found.await?.is_some())
    }

    async fn is_proof_rested_on(&self, proof: MailboxId) -> Result<bool, StoreError> {
        let query = Query::new(
            "SELECT serial FROM intent WHERE state = 'recorded' AND EXISTS (SELECT 1 FROM rests_on \
             AS r WHERE r.issuer = intent.issuer AND r.serial = intent.serial \
             AND r.aggregate = 'mailbox' AND r.id IN ",
        );
        let query = proof_ids(query, proof).sql(")").limit(1);
        let found = first(self, query, |row| Fields::of(row).string("serial"));
        Ok(found.await?.is_some())
    }
}
