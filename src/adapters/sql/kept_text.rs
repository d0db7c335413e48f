//! Texts behind certificates. Rows are written once.

use async_trait::async_trait;

use super::{
    query::{Fetch, Query, all},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        kept_text::{KeptText, TextKey, TextKind},
        timestamp::Timestamp,
    },
    ports::store::{StoreError, issuance::KeptTexts},
};

pub static TABLE: Table = Table {
    name: "text",
    key: 3,
    columns: &["kind", "name", "sha256", "content", "kept_at"],
    fixed: &[],
    kept: &[],
};

#[must_use]
pub fn record(text: &KeptText, now: Timestamp) -> Record {
    let key = text.key();
    vec![
        SqlValue::text(key.kind.name()),
        SqlValue::text(&key.name),
        SqlValue::text(hex::encode(key.sha256)),
        SqlValue::blob(text.content().as_bytes()),
        SqlValue::time(now),
    ]
}

fn key(row: &dyn Columns) -> Result<TextKey, Unreadable> {
    let row = Fields::of(row);
    Ok(TextKey {
        kind: row.with("kind", TextKind::from_name)?,
        name: row.string("name")?,
        sha256: row.with("sha256", |text| hex::decode(text).ok()?.try_into().ok())?,
    })
}

fn dated(row: &dyn Columns) -> Result<(TextKey, Timestamp), Unreadable> {
    Ok((key(row)?, Fields::of(row).time("kept_at")?))
}

fn content(row: &dyn Columns) -> Result<Vec<u8>, Unreadable> {
    Fields::of(row).bytes("content")
}

#[async_trait]
impl<F: Fetch> KeptTexts for F {
    async fn kept_texts(&self) -> Result<Vec<TextKey>, StoreError> {
        let query = Query::new("SELECT kind, name, sha256 FROM text ORDER BY kind, name, sha256");
        all(self, query, key).await
    }

    async fn texts_named(
        &self,
        kind: TextKind,
        name: &str,
    ) -> Result<Vec<(TextKey, Timestamp)>, StoreError> {
        let query = Query::new("SELECT kind, name, sha256, kept_at FROM text WHERE 1 = 1")
            .eq("kind", SqlValue::text(kind.name()))
            .eq("name", SqlValue::text(name))
            .sql(" ORDER BY kept_at, sha256");
        all(self, query, dated).await
    }

    async fn text(&self, key: &TextKey) -> Result<Option<Vec<u8>>, StoreError> {
        let query = Query::new("SELECT content FROM text WHERE 1 = 1")
            .eq("kind", SqlValue::text(key.kind.name()))
            .eq("name", SqlValue::text(&key.name))
            .eq("sha256", SqlValue::text(hex::encode(key.sha256)));
        Ok(all(self, query, content).await?.pop())
    }
}
