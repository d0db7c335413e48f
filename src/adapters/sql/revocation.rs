//! Revoked serials and the lists that publish them.

use async_trait::async_trait;

use super::{
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        id::BootId,
        intent::IssuerName,
        lint_record::LintRecord,
        revocation_list::{CrlState, RevocationList, RevokedSerial},
        timestamp::Timestamp,
    },
    pkix::tbs_cert_list::CrlReason,
    ports::store::{StoreError, issuance::RevocationLists},
};

pub static TABLE: Table = Table {
    name: "revocation_list",
    key: 3,
    columns: &[
        "issuer",
        "crl_partition",
        "number",
        "version",
        "state",
        "tbs",
        "tbs_sha256",
        "der",
        "this_update",
        "next_update",
        "entries",
        "boot",
        "lint_rules",
        "lint_findings",
    ],
    fixed: &[
        "tbs",
        "tbs_sha256",
        "this_update",
        "next_update",
        "entries",
        "boot",
        "lint_rules",
        "lint_findings",
    ],
    kept: &[],
};

pub static REVOKED: Table = Table {
    name: "revoked",
    key: 2,
    columns: &[
        "issuer",
        "serial",
        "crl_partition",
        "revoked_at",
        "reason",
        "not_after",
    ],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn record(list: &RevocationList, version: Version) -> Record {
    vec![
        SqlValue::text(&list.issuer),
        SqlValue::integer(list.partition),
        SqlValue::integer(list.number),
        SqlValue::version(version),
        SqlValue::text(list.state.name()),
        SqlValue::blob(&list.tbs),
        SqlValue::blob(&list.tbs_sha256),
        SqlValue::blob(&list.der),
        SqlValue::time(list.this_update),
        SqlValue::time(list.next_update),
        SqlValue::integer(list.entries),
        SqlValue::text(list.boot),
        SqlValue::text(&list.lint.rules),
        SqlValue::text(list.lint.names()),
    ]
}

#[must_use]
pub fn revoked_record(revoked: &RevokedSerial) -> Record {
    vec![
        SqlValue::text(&revoked.issuer),
        SqlValue::text(hex::encode(&revoked.serial)),
        SqlValue::integer(revoked.partition),
        SqlValue::time(revoked.revoked_at),
        SqlValue::text(revoked.reason.name()),
        SqlValue::time(revoked.not_after),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<RevocationList>, Unreadable> {
    let row = Fields::of(row);
    let list = RevocationList {
        issuer: row.with("issuer", IssuerName::parse)?,
        partition: row.number("crl_partition")?,
        number: row.integer("number")?,
        state: row.with("state", CrlState::from_name)?,
        tbs: row.bytes("tbs")?,
        tbs_sha256: row.array("tbs_sha256")?,
        der: row.bytes("der")?,
        this_update: row.time("this_update")?,
        next_update: row.time("next_update")?,
        entries: row.number("entries")?,
        boot: row.parsed("boot")?,
        lint: LintRecord::restore(row.string("lint_rules")?, &row.string("lint_findings")?),
    };
    Ok(Loaded::restore(list, row.version()?))
}

pub fn read_revoked(row: Fields<'_>) -> Result<RevokedSerial, Unreadable> {
    Ok(RevokedSerial {
        issuer: row.with("issuer", IssuerName::parse)?,
        serial: row.with("serial", |text| hex::decode(text).ok())?,
        partition: row.number("crl_partition")?,
        revoked_at: row.time("revoked_at")?,
        reason: row.with("reason", CrlReason::from_name)?,
        not_after: row.time("not_after")?,
    })
}

fn scope(query: Query, issuer: &IssuerName, partition: u32) -> Query {
    query
        .eq("issuer", SqlValue::text(issuer))
        .eq("crl_partition", SqlValue::integer(partition))
}

#[async_trait]
impl<F: Fetch> RevocationLists for F {
    async fn newest_crl(
        &self,
        issuer: &IssuerName,
        partition: u32,
    ) -> Result<Option<Loaded<RevocationList>>, StoreError> {
        let query = scope(Query::from("revocation_list"), issuer, partition)
            .eq("state", SqlValue::text(CrlState::Signed.name()))
            .sql(" ORDER BY number DESC")
            .limit(1);
        first(self, query, read).await
    }

    async fn highest_crl_number(
        &self,
        issuer: &IssuerName,
        partition: u32,
    ) -> Result<Option<i64>, StoreError> {
        let numbers = Query::new("SELECT number FROM revocation_list WHERE 1 = 1");
        let query = scope(numbers, issuer, partition)
            .sql(" ORDER BY number DESC")
            .limit(1);
        first(self, query, |row| Fields::of(row).integer("number")).await
    }

    async fn unsettled_crls(
        &self,
        own: BootId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Loaded<RevocationList>>, StoreError> {
        let mut query = Query::new("SELECT * FROM revocation_list WHERE state = 'recorded'");
        if !self.is_sole_writer() {
            query = query
                .sql(" AND (boot = ")
                .bind(SqlValue::text(own))
                .sql(" OR NOT EXISTS (SELECT 1 FROM instance WHERE instance.boot = revocation_list.boot AND lease_until > ")
                .bind(SqlValue::time(now))
                .sql("))");
        }
        let query = query.sql(" ORDER BY boot, number").limit(limit);
        all(self, query, read).await
    }

    async fn revoked_serials(
        &self,
        issuer: &IssuerName,
        partition: u32,
        floor: Timestamp,
    ) -> Result<Vec<RevokedSerial>, StoreError> {
        let query = scope(Query::from("revoked"), issuer, partition)
            .sql(" AND not_after >= ")
            .bind(SqlValue::time(floor))
            .sql(" ORDER BY length(serial), serial");
        all(self, query, |row| read_revoked(Fields::of(row))).await
    }
}
