//! Proofs of control over domains.

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
        caa::DomainName,
        domain_control::{DomainControl, DomainState, Look, METHOD, RecordName, Sighting, Verdict},
        id::DomainControlId,
        owner::Owner,
        timestamp::Timestamp,
    },
    policy::access::ReadScope,
    ports::store::{Page, StoreError, domains::DomainControls},
};

pub static TABLE: Table = Table {
    name: "domain_control",
    key: 1,
    columns: &[
        "id",
        "version",
        "ra",
        "customer",
        "method",
        "domain",
        "record",
        "value",
        "state",
        "value_until",
        "valid_until",
        "looks",
        "looked_at",
        "verdict",
        "quorum",
        "seen",
        "proven_at",
        "created_at",
        "updated_at",
    ],
    fixed: &[
        "ra",
        "customer",
        "method",
        "domain",
        "record",
        "value",
        "value_until",
        "valid_until",
        "created_at",
    ],
    kept: &[],
};

#[must_use]
pub fn record(control: &DomainControl, version: Version) -> Record {
    let [ra, customer] = owner::columns(&control.owner);
    let look = control.last_look.as_ref();
    let seen = |look: &Look| Json::Array(look.seen.iter().filter_map(json::text).collect());
    vec![
        SqlValue::text(control.id),
        SqlValue::version(version),
        ra,
        customer,
        SqlValue::text(METHOD),
        SqlValue::text(&control.domain),
        SqlValue::text(&control.record),
        SqlValue::text(&control.value),
        SqlValue::text(control.state.name()),
        SqlValue::time(control.value_until),
        SqlValue::time(control.valid_until),
        SqlValue::integer(control.looks),
        SqlValue::maybe_time(look.map(|look| look.at)),
        SqlValue::Text(look.map(|look| look.verdict.name().to_owned())),
        SqlValue::Text(look.map(|look| look.quorum.clone())),
        SqlValue::maybe_json(look.map(seen)),
        SqlValue::maybe_time(control.proven_at),
        SqlValue::time(control.created_at),
        SqlValue::time(control.updated_at),
    ]
}

pub(super) fn read(row: &dyn Columns) -> Result<Loaded<DomainControl>, Unreadable> {
    read_fields(Fields::of(row))
}

pub fn read_fields(row: Fields<'_>) -> Result<Loaded<DomainControl>, Unreadable> {
    row.with("method", |method| (method == METHOD).then_some(()))?;
    let control = DomainControl {
        id: row.parsed("id")?,
        owner: owner::read(row)?,
        domain: row.with("domain", DomainName::parse)?,
        record: row.with("record", RecordName::parse)?,
        value: row.string("value")?,
        state: row.with("state", DomainState::from_name)?,
        value_until: row.time("value_until")?,
        valid_until: row.time("valid_until")?,
        looks: row.number("looks")?,
        last_look: read_look(row)?,
        proven_at: row.maybe_time("proven_at")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    };
    Ok(Loaded::restore(control, row.version()?))
}

fn read_look(row: Fields<'_>) -> Result<Option<Look>, Unreadable> {
    let Some(at) = row.maybe_time("looked_at")? else {
        return Ok(None);
    };
    Ok(Some(Look {
        at,
        verdict: row.with("verdict", Verdict::from_name)?,
        quorum: row.string("quorum")?,
        seen: json::strings("seen", &row.json("seen")?, Sighting::parse)?,
    }))
}

#[async_trait]
impl<F: Fetch> DomainControls for F {
    async fn domain_control(
        &self,
        scope: &ReadScope,
        id: DomainControlId,
    ) -> Result<Option<Loaded<DomainControl>>, StoreError> {
        let query = Query::from("domain_control")
            .eq("id", SqlValue::text(id))
            .visible_to(scope);
        first(self, query, read).await
    }

    async fn domain_controls(
        &self,
        scope: &ReadScope,
        page: &Page,
    ) -> Result<Vec<Loaded<DomainControl>>, StoreError> {
        let query = Query::from("domain_control").visible_to(scope);
        all(self, query.page(page), read).await
    }

    async fn has_pending_domains(
        &self,
        owner: &Owner,
        now: Timestamp,
        count: u32,
    ) -> Result<bool, StoreError> {
        // The state as a literal: it names the partial index.
        let query = Query::new("SELECT 1 AS one FROM domain_control WHERE state = 'pending'")
            .eq("ra", SqlValue::text(&owner.ra))
            .eq("customer", SqlValue::maybe(owner.customer.as_ref()))
            .sql(" AND value_until > ")
            .bind(SqlValue::time(now))
            .limit(count);
        let found = all(self, query, |row| Fields::of(row).integer("one")).await?;
        Ok(u32::try_from(found.len()).unwrap_or(u32::MAX) >= count)
    }
}
