//! The registry of identities.

use async_trait::async_trait;

use super::{
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        identity::{Credential, Identity},
        owner::{IdentityName, Role},
        period::Period,
        text::Text,
    },
    ports::store::{StoreError, people::Identities},
};

pub static TABLE: Table = Table {
    name: "identity",
    key: 1,
    columns: &[
        "name",
        "version",
        "role",
        "credential_kind",
        "credential",
        "spki",
        "qualified_until",
        "granted_from",
        "granted_until",
        "disabled_at",
        "created_at",
        "updated_at",
    ],
    fixed: &["role", "credential_kind", "credential", "created_at"],
    kept: &[],
};

/// Values of the columns `credential_kind`, `credential`.
#[must_use]
pub fn credential(credential: &Credential) -> [SqlValue; 2] {
    match credential {
        Credential::Spki(sha256) => [SqlValue::text("spki"), SqlValue::text(hex::encode(sha256))],
        Credential::Uri(uri) => [SqlValue::text("uri"), SqlValue::text(uri)],
    }
}

#[must_use]
pub fn record(identity: &Identity, version: Version) -> Record {
    let [kind, value] = credential(&identity.credential);
    vec![
        SqlValue::text(&identity.name),
        SqlValue::version(version),
        SqlValue::text(identity.role.name()),
        kind,
        value,
        SqlValue::Blob(identity.spki.clone()),
        SqlValue::maybe_time(identity.qualified_until),
        SqlValue::maybe_time(identity.granted.from()),
        SqlValue::maybe_time(identity.granted.until()),
        SqlValue::maybe_time(identity.disabled_at),
        SqlValue::time(identity.created_at),
        SqlValue::time(identity.updated_at),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<Identity>, Unreadable> {
    let row = Fields::of(row);
    let identity = Identity {
        name: row.with("name", IdentityName::parse)?,
        role: row.with("role", Role::from_name)?,
        credential: read_credential(row)?,
        spki: row.maybe_bytes("spki")?,
        qualified_until: row.maybe_time("qualified_until")?,
        granted: Period::new(
            row.maybe_time("granted_from")?,
            row.maybe_time("granted_until")?,
        )
        .ok_or_else(|| Unreadable::new("granted_until", "not after granted_from"))?,
        disabled_at: row.maybe_time("disabled_at")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    };
    Ok(Loaded::restore(identity, row.version()?))
}

fn read_credential(row: Fields<'_>) -> Result<Credential, Unreadable> {
    let kind = row.string("credential_kind")?;
    row.with("credential", |text| match kind.as_str() {
        "spki" => Some(Credential::Spki(hex::decode(text).ok()?.try_into().ok()?)),
        "uri" => Text::parse(text).ok().map(Credential::Uri),
        _ => None,
    })
}

#[async_trait]
impl<F: Fetch> Identities for F {
    async fn matching(
        &self,
        credentials: &[Credential],
    ) -> Result<Vec<Loaded<Identity>>, StoreError> {
        let mut query = Query::new("SELECT * FROM identity WHERE 1 = 0");
        for [kind, value] in credentials.iter().map(credential) {
            query = query
                .sql(" OR (credential_kind = ")
                .bind(kind)
                .sql(" AND credential = ")
                .bind(value)
                .sql(")");
        }
        all(self, query.sql(" ORDER BY name"), read).await
    }

    async fn identity(&self, name: &IdentityName) -> Result<Option<Loaded<Identity>>, StoreError> {
        let query = Query::from("identity").eq("name", SqlValue::text(name));
        first(self, query, read).await
    }

    async fn identities(&self) -> Result<Vec<Loaded<Identity>>, StoreError> {
        all(self, Query::from("identity").sql(" ORDER BY name"), read).await
    }
}
