//! Checks of CAA records; immutable.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value as Json;

use super::{
    json::{self, Members, object},
    query::{Fetch, Query, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        caa::{
            Answer, CaaCheck, Chain, Corroboration, DomainName, Failure, Fault, Lookup, Property,
            Verdict,
        },
        domain_control::Sighting,
        id::CaaCheckId,
    },
    ports::store::{StoreError, issuance::CaaEvidence},
};

pub static TABLE: Table = Table {
    name: "caa_check",
    key: 1,
    columns: &[
        "id",
        "version",
        "domain",
        "verdict",
        "reason",
        "issuers",
        "lookups",
        "quorum",
        "seen",
        "checked_at",
        "usable_until",
    ],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn record(check: &CaaCheck, version: Version) -> Record {
    let issuers = check.issuers.iter().filter_map(json::text).collect();
    let lookups = check.lookups.iter().map(step).collect();
    let all = check.corroboration.as_ref();
    let seen = |all: &Corroboration| Json::Array(all.seen.iter().filter_map(json::text).collect());
    vec![
        SqlValue::text(check.id),
        SqlValue::version(version),
        SqlValue::text(&check.domain),
        SqlValue::text(check.verdict.name()),
        SqlValue::text(&check.reason),
        SqlValue::text(Json::Array(issuers)),
        SqlValue::text(Json::Array(lookups)),
        SqlValue::Text(all.map(|all| all.quorum.clone())),
        SqlValue::maybe_json(all.map(seen)),
        SqlValue::time(check.checked_at),
        SqlValue::time(check.usable_until),
    ]
}

pub fn read(row: &dyn Columns) -> Result<Loaded<CaaCheck>, Unreadable> {
    let row = Fields::of(row);
    let check = CaaCheck {
        id: row.parsed("id")?,
        domain: row.with("domain", DomainName::parse)?,
        verdict: row.with("verdict", Verdict::from_name)?,
        reason: row.string("reason")?,
        issuers: json::strings("issuers", &row.json("issuers")?, DomainName::parse)?,
        lookups: json::list("lookups", &row.json("lookups")?, read_step)?,
        corroboration: read_corroboration(row)?,
        checked_at: row.time("checked_at")?,
        usable_until: row.time("usable_until")?,
    };
    Ok(Loaded::restore(check, row.version()?))
}

fn read_corroboration(row: Fields<'_>) -> Result<Option<Corroboration>, Unreadable> {
    let Some(quorum) = row.maybe_string("quorum")? else {
        return Ok(None);
    };
    let seen = json::strings("seen", &row.json("seen")?, Sighting::parse)?;
    Ok(Some(Corroboration { quorum, seen }))
}

fn step(lookup: &Lookup) -> Json {
    match lookup {
        Ok(answer) => object([
            ("name", json::text(&answer.name)),
            ("chain", json::text(&answer.chain.name())),
            ("ttl", Some(Json::from(answer.ttl.as_secs()))),
            (
                "aliases",
                Some(answer.aliases.iter().filter_map(json::text).collect()),
            ),
            (
                "properties",
                Some(answer.properties.iter().map(property).collect()),
            ),
        ]),
        Err(failure) => object([
            ("name", json::text(&failure.name)),
            ("fault", json::text(&failure.fault.name())),
            ("insecure", Some(Json::from(failure.proven_insecure))),
            ("tries", Some(Json::from(failure.tries))),
            ("detail", json::text(&failure.detail)),
        ]),
    }
}

fn property(property: &Property) -> Json {
    object([
        ("flags", Some(Json::from(property.flags))),
        ("tag", json::text(&property.tag)),
        ("value", json::bytes(&property.value)),
    ])
}

fn read_step(json: &Json) -> Result<Lookup, Unreadable> {
    let members = Members::of("lookups", json)?;
    let number = |name| {
        let value = members.get(name).and_then(Json::as_u64);
        value.ok_or_else(|| members.fault(name))
    };
    let name = members.with("name", DomainName::parse)?;
    if members.get("fault").is_none() {
        let alias = |json: &Json| json.as_str().map(ToOwned::to_owned);
        return Ok(Ok(Answer {
            name,
            chain: members.with("chain", Chain::from_name)?,
            ttl: Duration::from_secs(number("ttl")?),
            aliases: members.list("aliases", |item| {
                alias(item).ok_or_else(|| members.fault("aliases"))
            })?,
            properties: members.list("properties", read_property)?,
        }));
    }
    let insecure = members.get("insecure").and_then(Json::as_bool);
    Ok(Err(Failure {
        name,
        fault: members.with("fault", Fault::from_name)?,
        proven_insecure: insecure.ok_or_else(|| members.fault("insecure"))?,
        tries: u32::try_from(number("tries")?).map_err(|_| members.fault("tries"))?,
        detail: members.with("detail", |text| Some(text.to_owned()))?,
    }))
}

fn read_property(json: &Json) -> Result<Property, Unreadable> {
    let members = Members::of("lookups", json)?;
    let flags = members.get("flags").and_then(Json::as_u64);
    let flags = flags.and_then(|flags| u8::try_from(flags).ok());
    Ok(Property {
        flags: flags.ok_or_else(|| members.fault("flags"))?,
        tag: members.with("tag", |text| Some(text.to_owned()))?,
        value: members.bytes("value")?,
    })
}

#[async_trait]
impl<F: Fetch> CaaEvidence for F {
    async fn caa_check(&self, id: CaaCheckId) -> Result<Option<Loaded<CaaCheck>>, StoreError> {
        let query = Query::from("caa_check").eq("id", SqlValue::text(id));
        first(self, query, read).await
    }
}
