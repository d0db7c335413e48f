//! Revocations, from request to publication.

use async_trait::async_trait;

use super::{
    json, owner,
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        id::RevocationId,
        intent::IssuerName,
        revocation::{Revocation, RevocationState},
    },
    pkix::tbs_cert_list::CrlReason,
    policy::access::ReadScope,
    ports::store::{StoreError, issuance::Revocations},
};

pub static TABLE: Table = Table {
    name: "revocation",
    key: 1,
    columns: &[
        "id",
        "version",
        "certificate_id",
        "issuer",
        "serial",
        "crl_partition",
        "ra",
        "customer",
        "order_id",
        "reason",
        "compromised_at",
        "note",
        "requested_by",
        "acting_for",
        "state",
        "created_at",
        "publish_by",
        "crl_number",
        "published_at",
    ],
    fixed: &[
        "certificate_id",
        "issuer",
        "serial",
        "crl_partition",
        "ra",
        "customer",
        "order_id",
        "reason",
        "compromised_at",
        "requested_by",
        "created_at",
        "publish_by",
    ],
    kept: &["note", "acting_for"],
};

#[must_use]
pub fn record(revocation: &Revocation, version: Version) -> Record {
    let [ra, customer] = owner::columns(&revocation.owner);
    vec![
        SqlValue::text(revocation.id),
        SqlValue::version(version),
        SqlValue::text(revocation.certificate),
        SqlValue::text(&revocation.issuer),
        SqlValue::text(hex::encode(&revocation.serial)),
        SqlValue::integer(revocation.partition),
        ra,
        customer,
        SqlValue::text(revocation.order),
        SqlValue::text(revocation.reason.name()),
        SqlValue::maybe_time(revocation.compromised_at),
        SqlValue::maybe(revocation.note.as_ref()),
        SqlValue::text(&revocation.requested_by),
        SqlValue::json(&json::acting_for(&revocation.acting_for)),
        SqlValue::text(revocation.state.name()),
        SqlValue::time(revocation.requested_at),
        SqlValue::time(revocation.publish_by),
        SqlValue::maybe_integer(revocation.crl_number),
        SqlValue::maybe_time(revocation.published_at),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<Revocation>, Unreadable> {
    read_fields(Fields::of(row))
}

pub fn read_fields(row: Fields<'_>) -> Result<Loaded<Revocation>, Unreadable> {
    let revocation = Revocation {
        id: row.parsed("id")?,
        certificate: row.parsed("certificate_id")?,
        issuer: row.with("issuer", IssuerName::parse)?,
        serial: row.with("serial", |text| hex::decode(text).ok())?,
        partition: row.number("crl_partition")?,
        owner: owner::read(row)?,
        order: row.parsed("order_id")?,
        reason: row.with("reason", CrlReason::from_name)?,
        compromised_at: row.maybe_time("compromised_at")?,
        note: row.maybe_text("note")?,
        requested_by: row.string("requested_by")?,
        acting_for: json::read_acting_for(&row.json("acting_for")?)?,
        state: row.with("state", RevocationState::from_name)?,
        requested_at: row.time("created_at")?,
        publish_by: row.time("publish_by")?,
        crl_number: row.maybe_integer("crl_number")?,
        published_at: row.maybe_time("published_at")?,
    };
    Ok(Loaded::restore(revocation, row.version()?))
}

#[async_trait]
impl<F: Fetch> Revocations for F {
    async fn revocation(
        &self,
        scope: &ReadScope,
        id: RevocationId,
    ) -> Result<Option<Loaded<Revocation>>, StoreError> {
        let query = Query::from("revocation")
            .eq("id", SqlValue::text(id))
            .visible_to(scope);
        first(self, query, read).await
    }

    async fn unlisted(&self, limit: u32) -> Result<Vec<Loaded<Revocation>>, StoreError> {
        let query = Query::new("SELECT * FROM revocation WHERE state = 'recorded'")
            .sql(" ORDER BY created_at, id")
            .limit(limit);
        all(self, query, read).await
    }
}
