//! The ledger of mails.

use async_trait::async_trait;

use super::{
    owner,
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        id::MailId,
        mail::{Mail, MailKind, MailState},
        text::Language,
    },
    ports::store::{Page, StoreError, catalogue::Mails},
};

pub static TABLE: Table = Table {
    name: "mail",
    key: 1,
    columns: &[
        "id",
        "version",
        "kind",
        "ra",
        "customer",
        "order_id",
        "object",
        "recipient",
        "language",
        "state",
        "attempts",
        "reply",
        "created_at",
        "updated_at",
    ],
};

#[must_use]
pub fn record(mail: &Mail, version: Version) -> Record {
    let [ra, customer] = owner::columns(&mail.owner);
    vec![
        SqlValue::text(mail.id),
        SqlValue::version(version),
        SqlValue::text(mail.kind.name()),
        ra,
        customer,
        SqlValue::maybe(mail.order.as_ref()),
        SqlValue::text(&mail.object),
        SqlValue::text(&mail.recipient),
        SqlValue::text(mail.language.code()),
        SqlValue::text(mail.state.name()),
        SqlValue::integer(mail.attempts),
        SqlValue::text(&mail.reply),
        SqlValue::time(mail.created_at),
        SqlValue::time(mail.updated_at),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<Mail>, Unreadable> {
    let row = Fields::of(row);
    let mail = Mail {
        id: row.parsed("id")?,
        kind: row.with("kind", MailKind::from_name)?,
        owner: owner::read(row)?,
        order: row.maybe_parsed("order_id")?,
        object: row.string("object")?,
        recipient: row.string("recipient")?,
        language: row.with("language", Language::from_code)?,
        state: row.with("state", MailState::from_name)?,
        attempts: row.number("attempts")?,
        reply: row.string("reply")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    };
    Ok(Loaded::restore(mail, row.version()?))
}

#[async_trait]
impl<F: Fetch> Mails for F {
    async fn mail(&self, id: MailId) -> Result<Option<Loaded<Mail>>, StoreError> {
        let query = Query::from("mail").eq("id", SqlValue::text(id));
        first(self, query, read).await
    }

    async fn mails(
        &self,
        states: &[MailState],
        page: &Page,
    ) -> Result<Vec<Loaded<Mail>>, StoreError> {
        let states = states.iter().map(|s| SqlValue::text(s.name()));
        let query = Query::from("mail").any("state", states.collect());
        all(self, query.page(page), read).await
    }
}
