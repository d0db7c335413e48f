//! What registers said of data after their decision; immutable, its content sealed.

use async_trait::async_trait;
use serde_json::Value as Json;

use super::{
    json,
    query::{Fetch, Query, all, first},
    sealing::opened,
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::Version,
        case::lookup::AUTOMATIC,
        id::{DataLookupId, SubjectDataId},
        owner::IdentityName,
        register::{LookupResult, RegisterId},
        subject_data::lookup::DataLookup,
    },
    ports::{
        content_seal::ContentSeal,
        store::{Page, StoreError, registration::DataLookups},
    },
};

pub static TABLE: Table = Table {
    name: "data_lookup",
    key: 1,
    columns: &[
        "id",
        "version",
        "subject_data",
        "register",
        "result",
        "against",
        "content",
        "sha256",
        "obtained_at",
        "recorded_by",
        "created_at",
    ],
    fixed: &[],
    kept: &[],
};

/// Without the content.
const LINE: &str = "SELECT id, subject_data, register, result, against, sha256, \
     obtained_at, recorded_by, created_at FROM data_lookup WHERE 1 = 1";

/// How many of those that stopped data are read.
const STOPS: u32 = 50;

/// `content` is the sealed one.
#[must_use]
pub fn record(lookup: &DataLookup, version: Version, content: SqlValue) -> Record {
    let against = lookup.against.iter().filter_map(json::text).collect();
    vec![
        SqlValue::text(lookup.id),
        SqlValue::version(version),
        SqlValue::text(lookup.subject_data),
        SqlValue::text(lookup.register.name()),
        SqlValue::text(lookup.result.name()),
        SqlValue::json(&Json::Array(against)),
        content,
        SqlValue::blob(&lookup.sha256),
        SqlValue::time(lookup.obtained_at),
        SqlValue::text(&lookup.recorded_by),
        SqlValue::time(lookup.recorded_at),
    ]
}

fn read(row: &dyn Columns, seal: &dyn ContentSeal) -> Result<DataLookup, Unreadable> {
    let line = read_line(row)?;
    Ok(DataLookup {
        content: opened(Fields::of(row), line.id, seal)?,
        ..line
    })
}

fn read_line(row: &dyn Columns) -> Result<DataLookup, Unreadable> {
    let row = Fields::of(row);
    let code = |text: &str| Some(text.to_owned());
    Ok(DataLookup {
        id: row.parsed("id")?,
        subject_data: row.parsed("subject_data")?,
        register: row.with("register", RegisterId::from_name)?,
        result: row.with("result", LookupResult::from_name)?,
        against: json::strings("against", &row.json("against")?, code)?,
        content: String::new(),
        sha256: row.array("sha256")?,
        obtained_at: row.time("obtained_at")?,
        recorded_by: row.with("recorded_by", IdentityName::parse)?,
        recorded_at: row.time("created_at")?,
    })
}

#[async_trait]
impl<F: Fetch> DataLookups for F {
    async fn data_lookups(
        &self,
        of: SubjectDataId,
        page: &Page,
    ) -> Result<Vec<DataLookup>, StoreError> {
        let query = Query::new(LINE)
            .eq("subject_data", SqlValue::text(of))
            .page(page);
        all(self, query, read_line).await
    }

    async fn data_lookup(
        &self,
        of: SubjectDataId,
        id: DataLookupId,
    ) -> Result<Option<DataLookup>, StoreError> {
        let query = Query::from("data_lookup")
            .eq("id", SqlValue::text(id))
            .eq("subject_data", SqlValue::text(of));
        first(self, query, |row| read(row, self.contents())).await
    }

    async fn lookups_that_stopped(&self, of: SubjectDataId) -> Result<Vec<DataLookup>, StoreError> {
        let query = Query::from("data_lookup")
            .eq("subject_data", SqlValue::text(of))
            .eq("recorded_by", SqlValue::text(AUTOMATIC))
            .sql(" AND against <> '[]' ORDER BY created_at DESC, id DESC")
            .limit(STOPS);
        all(self, query, |row| read(row, self.contents())).await
    }
}
