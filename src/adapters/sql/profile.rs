//! The certificate profiles that were in force.

use async_trait::async_trait;

use super::{
    query::{Fetch, Query, all},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        profile::ProfileRecord,
    },
    ports::store::{StoreError, issuance::KnownProfiles},
};

pub static TABLE: Table = Table {
    name: "profile",
    key: 1,
    columns: &["name", "version", "sha256", "retired_at", "updated_at"],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn record(profile: &ProfileRecord, version: Version) -> Record {
    vec![
        SqlValue::text(&profile.name),
        SqlValue::version(version),
        SqlValue::blob(&profile.sha256),
        SqlValue::maybe_time(profile.retired_at),
        SqlValue::time(profile.updated_at),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<ProfileRecord>, Unreadable> {
    let row = Fields::of(row);
    let profile = ProfileRecord {
        name: row.string("name")?,
        sha256: row.array("sha256")?,
        retired_at: row.maybe_time("retired_at")?,
        updated_at: row.time("updated_at")?,
    };
    Ok(Loaded::restore(profile, row.version()?))
}

#[async_trait]
impl<F: Fetch> KnownProfiles for F {
    async fn known_profiles(&self) -> Result<Vec<Loaded<ProfileRecord>>, StoreError> {
        all(self, Query::from("profile").sql(" ORDER BY name"), read).await
    }
}
